// SPDX-License-Identifier: MIT
pragma solidity =0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {AlreadyConnected, NotModule, NotVenue} from "./HouseErrors.sol";
import {IEngine} from "./interfaces/IEngine.sol";
import {IFeeds} from "./interfaces/IFeeds.sol";
import {ILedger} from "./interfaces/ILedger.sol";

/// What the owner of the house decides: who matches trades, which contracts move positions, which policies may be
/// chosen.
abstract contract Roles is ILedger, Ownable2Step {
    /// Set once: the accounts trust no one to change their rules.
    IEngine public engine;
    IFeeds public feeds;

    mapping(address who => bool) public isVenue;
    mapping(address who => bool) public isModule;
    mapping(bytes32 policy => bool) public isPolicyAllowed;

    event Connected(address engine, address feeds);
    event VenueSet(address indexed venue, bool allowed);
    event ModuleSet(address indexed module, bool allowed);
    event PolicyAllowed(bytes32 indexed policy, bool allowed);

    constructor(address owner) Ownable(owner) {}

    modifier onlyModule() {
        if (!isModule[msg.sender]) revert NotModule(msg.sender);
        _;
    }

    modifier onlyVenue() {
        if (!isVenue[msg.sender]) revert NotVenue(msg.sender);
        _;
    }

    function connect(IEngine engine_, IFeeds feeds_) external onlyOwner {
        if (address(engine) != address(0)) revert AlreadyConnected(address(engine));
        engine = engine_;
        feeds = feeds_;
        emit Connected(address(engine_), address(feeds_));
    }

    function setVenue(address venue, bool allowed) external onlyOwner {
        isVenue[venue] = allowed;
        emit VenueSet(venue, allowed);
    }

    function setModule(address module, bool allowed) external onlyOwner {
        isModule[module] = allowed;
        emit ModuleSet(module, allowed);
    }

    /// Accounts that have a policy keep it when it is no longer allowed.
    function allowPolicy(bytes32 policy, bool allowed) external onlyOwner {
        isPolicyAllowed[policy] = allowed;
        emit PolicyAllowed(policy, allowed);
    }
}
