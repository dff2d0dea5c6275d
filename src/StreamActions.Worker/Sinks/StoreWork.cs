// An operation on the outbox database, run by the writer's loop inside a transaction.
namespace StreamActions.Worker.Sinks;

/// <summary>An operation of any result type.</summary>
/// <param name="appends">Number of events that it stores.</param>
internal abstract class StoreWork(int appends)
{
    /// <summary>Number of events that the operation stores.</summary>
    public int Appends { get; } = appends;

    /// <summary>Runs the operation. It may run again after a rollback.</summary>
    public abstract void Run(OutboxDatabase database);

    /// <summary>Passes the result to the caller, after the commit.</summary>
    public abstract void Complete();

    /// <summary>Passes an error to the caller, after the rollback.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>An operation with a result.</summary>
internal sealed class StoreWork<T>(int appends, Func<OutboxDatabase, T> run) : StoreWork(appends)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;

    /// <summary>Completes after the commit.</summary>
    public Task<T> Committed => _completion.Task;

    /// <inheritdoc/>
    public override void Run(OutboxDatabase database) => _value = run(database);

    /// <inheritdoc/>
    public override void Complete() => _completion.SetResult(_value!);

    /// <inheritdoc/>
    public override void Fail(Exception error) => _completion.SetException(error);
}
