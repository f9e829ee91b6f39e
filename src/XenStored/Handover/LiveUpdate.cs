using System.Text;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands.Requests;
using XenStored.Connections.State;
using XenStored.Logs;
using XenStored.Store;
using XenStored.Store.Records;

namespace XenStored.Handover;

/// <summary>
/// The live update as the running store sees it. The keeper has the other program checked, in a process beside this one. A program of ours
/// goes on with the store's file: the keeper ends this process at any instant, and transactions go on. Another xenstored takes a stream,
/// which has no transactions: this process waits until none is open, and leaves. The request for the update is in a record, so that the
/// next process can answer it, also if that is this program again.
/// </summary>
sealed class LiveUpdate(EventLoop loop, XenStore store, Keeper? keeper, UpdateFiles files, ILogger logger) : ILiveUpdate
{
    /// <summary>The exit status by which the keeper knows that the store has left for a program that takes a stream.</summary>
    internal const int Leaves = 75;

    const int LookAgainMs = 1000;

    /// <summary>
    /// For how long clients wait to begin a transaction. Their connections stand still meanwhile, and one of them may be that of dom0's
    /// kernel, with all backends.
    /// </summary>
    const int DelayMs = 5000;

    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    static ReadOnlySpan<byte> Record => "/update"u8;
    static ReadOnlySpan<byte> Owed => "/update-is-over"u8;

    Session? owner;
    string? program;
    string[]? arguments;
    UpdateTerms terms;
    MessageHeader request;
    LoopTimer? patience;
    long mayDelayUntil, waitsUntil;
    UpdateStage stage;

    /// <inheritdoc/>
    public string? Name(Session owner, string file)
    {
        bool isOthers = this.owner is not null && this.owner != owner && store.Sessions.Find(this.owner.Id) is not null;
        if (stage != UpdateStage.Prepared || isOthers)
            return "live-update session already active.";
        if (keeper is null or { IsGone: true })
            return "This xenstored has no keeper that could start another program: start it by its service, or with XENSTORED_KEEP=1.";
        bool isProgram = false;
        if (FileFault.Of(() => isProgram = !Directory.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0) is not null)
            return "File not accessible.";
        if (!isProgram)
            return "File not executable.";
        store.Records.TryRemove(Owed);
        (this.owner, program, arguments) = (owner, Path.GetFullPath(file), null);
        return null;
    }

    /// <inheritdoc/>
    public string? GiveArguments(Session owner, string commandLine)
    {
        if (!IsFree(owner))
            return NotActive;
        arguments = commandLine.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return null;
    }

    /// <inheritdoc/>
    public string? Abort(Session owner)
    {
        if (!IsFree(owner))
            return NotActive;
        Forget();
        return null;
    }

    /// <inheritdoc/>
    public string? Begin(Session owner, MessageHeader request, UpdateTerms terms)
    {
        if (store.Records.Get(Owed) is not null)
        {
            store.Records.TryRemove(Owed);
            return "OK";
        }
        if (!IsFree(owner))
            return NotActive;
        (this.request, this.terms, stage) = (request, terms, UpdateStage.Checking);
        string? fault = FileFault.Of(() => (files.Answer, files.Plan) = (null, new(program!, arguments, terms.StreamVersion)));
        if (fault is not null)
        {
            Forget();
            return $"The plan of the update cannot be written: {fault}";
        }
        if (!store.Records.TrySet(Record, RecordOf(owner)))
        {
            Forget();
            return "There is no memory left for a live update.";
        }
        StoreLog.Updating(logger, program!);
        loop.Post(keeper!.WantsUpdate); // in the next iteration, so that the record is published
        return null;
    }

    // Whom to answer, and of which program.
    byte[] RecordOf(Session owner)
    {
        var writer = new FieldWriter();
        writer.Add(owner.Id);
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        request.Write(header);
        writer.Add((ReadOnlySpan<byte>)header);
        writer.Add(Encoding.UTF8.GetBytes(program!));
        return writer.ToArray();
    }

    const string NotActive = "No live-update session active.";

    /// <summary>The keeper has had the program checked. It is not one of ours that goes on with the file.</summary>
    internal void Checked()
    {
        if (stage >= UpdateStage.Waiting)
            return; // it was another check, of a reload
        string? answer = files.Answer;
        files.Answer = null;
        if (stage == UpdateStage.Prepared)
            return; // nobody waits for the answer to a reload; the check has said why in the log
        if (answer is not "")
        {
            Refuse(answer ?? $"{program} could not be checked; the log of xenstored says why.");
            return;
        }
        stage = UpdateStage.Waiting;
        store.Transactions.AreDelayed = true;
        (mayDelayUntil, waitsUntil) = (loop.Now + DelayMs, loop.Now + 1000L * terms.TimeoutSeconds);
        patience = loop.At(Math.Min(waitsUntil, loop.Now + LookAgainMs), LookAgain);
    }

    /// <summary>Whether it is time to leave. What has been published has been sent as well.</summary>
    internal bool LeavesNow => (stage == UpdateStage.BreakingOff || stage == UpdateStage.Waiting && !HasTransactions) && Stranger is null;

    bool HasTransactions => store.Transactions.Open > 0 || store.Sessions.All.Any(session => IsWaitedFor(session)
        || !session.IsReader && Connection.Of(session) is { } client && Begins(client.In.Bytes));

    // Those of readers are not: they can change nothing.
    static bool IsWaitedFor(Session session) => session is { HasTransactions: true, IsReader: false };

    // Whether a transaction begins in messages that are read and not served. The other program is given only the last of them.
    static bool Begins(ReadOnlySpan<byte> messages)
    {
        while (MessageFramer.Next(messages, out var header, out int size) == Frame.Whole && size < messages.Length)
        {
            if (header.Type == MessageType.TransactionStart)
                return true;
            messages = messages[size..];
        }
        return false;
    }

    // A domain with nodes and without a ring: a guest that is just being made. C xenstored ends when it reads such a node.
    Domain? Stranger
    {
        get
        {
            store.Accounts.Settle();
            return store.Domains.All.FirstOrDefault(
                domain => !domain.IsIntroduced && !store.Domains.IsHosts(domain.Id) && domain.Account.Nodes.Now > 0);
        }
    }

    void LookAgain()
    {
        store.Transactions.AreDelayed &= loop.Now < mayDelayUntil;
        if (store.Sessions.Find(owner!.Id) is null)
            Refuse("the client that asked for it has left");
        else if (loop.Now >= waitsUntil)
            GiveUpWaiting();
        if (stage >= UpdateStage.Waiting)
            patience!.At(loop.Now + LookAgainMs); // it leaves at the end of this iteration, unless a client has begun something by then
    }

    void GiveUpWaiting()
    {
        if (Stranger is { } stranger)
            Refuse($"Nodes belong to domain {stranger.Id}, which has no ring. {program} cannot read them: wait until the guest is made, "
                + "or remove them.");
        else if (terms.IsForced)
            stage = UpdateStage.BreakingOff; // they are not in the store's file, with which the stream is written
        else if (HasTransactions)
            Refuse(LongTransactions());
    }

    string LongTransactions() => "Domains with long running transactions:\n" + string.Concat(
        store.Sessions.All.Where(IsWaitedFor).Select(session => session.Domain.Id).Distinct().Order()
            .Select(domid => $"Domain {domid}: {terms.TimeoutSeconds} s\n"));

    void Refuse(string reason)
    {
        StoreLog.NotUpdated(logger, reason);
        if (store.Sessions.Find(owner!.Id) is not null)
            Answer(owner, request, reason);
        store.Records.TryRemove(Record);
        Forget();
    }

    /// <summary>
    /// Answers the request that an earlier process had, if there is one. Call this when the client's connection goes on.
    /// </summary>
    /// <param name="became">The program that the keeper has become, or becomes next; null: none, an earlier process has ended.</param>
    internal void GoOn(string? became)
    {
        if (store.Records.Get(Record) is { } record)
        {
            var reader = new FieldReader(record);
            long session = reader.Next<long>();
            var header = MessageHeader.Read(reader.NextBytes());
            string wanted = Encoding.UTF8.GetString(reader.NextBytes());
            string text = became == wanted ? "OK"
                : files.Answer is { Length: > 0 } reason ? reason
                : became is not null ? $"A reload came first, to {became}: try again."
                : "xenstored ended before the other program could take over; its log says why.";
            if (store.Sessions.Find(session) is { } asking)
                Answer(asking, header, text);
            store.Records.TryRemove(Record);
        }
        files.Plan = null;
        files.Answer = null;
    }

    /// <summary>
    /// oxenstored has become this program. It has told its client to ask again, and the client will do so here.
    /// </summary>
    internal void OwesAnAnswer() => store.Records.TrySet(Owed, []);

    void Answer(Session session, MessageHeader header, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        store.Outbox.Reply(session, header, MessageType.Control, [.. bytes.AsSpan(0, Math.Min(bytes.Length, WireLimits.Payload - 1)), 0]);
    }

    // Whether this connection has named a program, and may still say how.
    bool IsFree(Session session) => stage == UpdateStage.Prepared && owner == session && program is not null;

    void Forget()
    {
        patience?.Cancel();
        store.Transactions.AreDelayed = false;
        (owner, program, arguments, stage) = (null, null, null, UpdateStage.Prepared);
        files.Plan = null;
    }
}
