// Something the store's loop does inside a transaction; its caller hears of it only after the commit.
namespace StreamActions.Worker.Sinks;

/// <summary>A piece of work on the outbox, whatever its result.</summary>
/// <param name="appends">How many events it stores.</param>
internal abstract class StoreWork(int appends)
{
    /// <summary>How many events it stores.</summary>
    public int Appends { get; } = appends;

    /// <summary>Does the work; may be repeated after the transaction was undone.</summary>
    public abstract void Run(OutboxDatabase database);

    /// <summary>Tells the caller that it is committed.</summary>
    public abstract void Complete();

    /// <summary>Tells the caller that it is undone.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>A piece of work on the outbox.</summary>
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
