// SPDX-License-Identifier: Apache-2.0 OR MIT
pragma solidity 0.8.37;

import {Fund} from "../../src/Fund.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {Protocol} from "../support/Protocol.sol";

contract FundTest is Protocol {
    function test_pay_isGovernancesAlone() public {
        deployProtocol();
        Fund fund = new Fund(token, TIMELOCK);
        token.transfer(address(fund), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernance.selector, address(this)));
        fund.pay(address(this), 1);
        vm.expectEmit();
        emit Fund.Paid(address(0xb0b), 7 ether);
        vm.prank(TIMELOCK);
        fund.pay(address(0xb0b), 7 ether);
        vm.assertEq(token.balanceOf(address(0xb0b)), 7 ether);
    }
}
