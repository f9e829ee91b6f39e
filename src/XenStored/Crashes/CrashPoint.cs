namespace XenStored.Crashes;

/// <summary>
/// The instants at which a test has the store kill itself: before, between and after the steps that another process must find whole. Those
/// that begin with Start are passed while a process starts, those with Keeper by the keeper (Keeper/crash.h, which knows their numbers),
/// those with Update while the keeper becomes another version, and those with Move while another keeper takes its place.
/// </summary>
enum CrashPoint
{
    None,

    // The keeper forks, cleans up behind a store that has died, and executes another version.
    KeeperForks, KeeperHasForked, KeeperHasClosed, StartIsForked, UpdateIsAsked, UpdateHasKilled, UpdateExecutes, UpdateHasExecuted,

    // The store moves to another keeper: the old one begins, and is answered; the new one has taken the sockets.
    MoveBegins, MoveIsAnswered, MoveIsTaken,

    // A publish (Superblock, StoreMemory).
    PublishBegins, PublishVoidsHalf, PublishWritesRoot, PublishIsWhole, PublishIsOver,

    // The slot of a connection (TwinSlots).
    SlotIsWritten, SlotLosesOwner, SlotGetsSession, SlotGetsOwner, SlotIsFree,

    // The log of a connection's transactions (InPlaceLog): an entry is written and not true, it is true with the next publish.
    LogIsFilled, LogHasEntry,

    // A ring: before its indices are shown, between the two, and after them; the same for one that is emptied (RingTransport).
    RingIsFilled, ShowBegins, ShowIsHalfDone, ShowIsOver, RingIsNotified, RingIsEmptied, RingIsMarked,

    // Calls that move bytes of a client on the socket (SocketCalls, SocketTransport), and what is to be sent after a publish (Outgoing).
    CallLosesNumber, CallIsNoted, ReceiveReturns, ReceiveIsCounted, SendReturns, SendIsCounted, OutgoingHasPlace, OutgoingIsFilled,

    // A client comes or goes (SocketListener, SocketClients, SocketTransport).
    AcceptReturns, AcceptOwnsSlot, AcceptIsOver, CloseBegins, CloseKeepsSlot, CloseIsOver,

    // A domain comes or goes (DomainConnections, DomainLife).
    IntroduceHasPage, IntroduceHasSlot, DomainIsGone,

    // The steps of an iteration (Scheduler).
    IterationHasServed, IterationHasPlaced, IterationHasSettled, IterationHasSent,

    // A process goes on with what an earlier one left.
    StartIsOpen, StartHasClient, StartHasClients, StartKnowsRing, StartHasRing, StartHasDomains,
}
