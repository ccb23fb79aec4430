import { createMemoryContentHub } from '../../src/content/memory.ts';
import { contentConformance } from './content.ts';

contentConformance('memory content', async () => {
  const hub = createMemoryContentHub();
  return { mine: hub.join(), theirs: hub.join(), theirPeerId: '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu' };
});
