import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createAccount, listAccounts, unlockAccount } from '../../src/keys/keystore.ts';
import { SecretFileError } from '../../src/keys/secret-file.ts';

const emptyDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'mlb-keys-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
};

const light = { password: 'correct horse', cost: 'light' } as const;

/** Written by geth (Web3 Secret Storage Definition, scrypt test vector). */
const GETH_KEYSTORE = {
  address: '008aeeda4d805471df9b2a5b0f38a0c3bcba786b',
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 8,
      r: 1,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
};

describe('the keystore', () => {
  it('opens an account with its password and no other', async (t) => {
    const directory = await emptyDirectory(t);
    const { address } = await createAccount({ directory, name: 'operator', ...light });
    const opened = await unlockAccount(directory, 'operator', light.password);
    assert.equal(opened.address, address);
    assert.equal(opened.secretKey.length, 32);
    await assert.rejects(unlockAccount(directory, 'operator', 'wrong'), { code: 'WRONG_PASSWORD' });
  });

  it('opens the scrypt vector of the Web3 Secret Storage definition', async (t) => {
    const directory = await emptyDirectory(t);
    await writeFile(join(directory, 'geth.json'), JSON.stringify(GETH_KEYSTORE), { mode: 0o600 });
    const { secretKey } = await unlockAccount(directory, 'geth', 'testpassword');
    const expected = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
    assert.equal(Buffer.from(secretKey).toString('hex'), expected);
  });

  it('keeps a given key and lists accounts by name, without a password', async (t) => {
    const directory = await emptyDirectory(t);
    const secretKey = new Uint8Array(32).fill(1);
    const session = await createAccount({ directory, name: 'session', secretKey, ...light });
    const operator = await createAccount({ directory, name: 'operator', ...light });
    assert.equal(session.address, '0x1a642f0e3c3af545e7acbd38b07251b3990914f1');
    assert.deepEqual(await listAccounts(directory), [operator, session]);
  });

  it('has no accounts where there is no directory', async (t) => {
    assert.deepEqual(await listAccounts(join(await emptyDirectory(t), 'none')), []);
  });

  it('writes files of mode 0600 that never hold the key in the clear', async (t) => {
    const directory = await emptyDirectory(t);
    const secretKey = new Uint8Array(32).fill(7);
    await createAccount({ directory, name: 'operator', secretKey, ...light });
    const path = join(directory, 'operator.json');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(path, 'utf8'), /0707070707/);
  });

  it('refuses a keystore file that others can read', async (t) => {
    const directory = await emptyDirectory(t);
    await createAccount({ directory, name: 'operator', ...light });
    await chmod(join(directory, 'operator.json'), 0o640);
    await assert.rejects(
      unlockAccount(directory, 'operator', light.password),
      (error: SecretFileError) => error instanceof SecretFileError && error.code === 'SECRET_FILE_OPEN',
    );
  });

  it('never overwrites an account', async (t) => {
    const directory = await emptyDirectory(t);
    await createAccount({ directory, name: 'operator', ...light });
    await assert.rejects(createAccount({ directory, name: 'operator', ...light }), { code: 'ACCOUNT_EXISTS' });
  });

  for (const name of ['../x', 'A', '', '-a', 'a/b', 'x'.repeat(33)]) {
    it(`refuses the account name ${JSON.stringify(name)}`, async (t) => {
      const directory = await emptyDirectory(t);
      await assert.rejects(createAccount({ directory, name, ...light }), { code: 'BAD_ACCOUNT_NAME' });
    });
  }

  for (const [what, text] of [
    ['no JSON', '{'],
    ['another version', '{"version":2}'],
    [
      'a scrypt of a terabyte',
      JSON.stringify({
        ...GETH_KEYSTORE,
        crypto: { ...GETH_KEYSTORE.crypto, kdfparams: { ...GETH_KEYSTORE.crypto.kdfparams, n: 2 ** 40 } },
      }),
    ],
  ] as const) {
    it(`refuses a keystore file with ${what}`, async (t) => {
      const directory = await emptyDirectory(t);
      await writeFile(join(directory, 'bad.json'), text, { mode: 0o600 });
      await assert.rejects(unlockAccount(directory, 'bad', 'x'), { code: 'BAD_KEYSTORE' });
    });
  }
});
