// The lanes or streams of a model that are open, so that the model can close them.
namespace StreamActions.Worker.Inference;

/// <summary>Lists what was opened and not disposed. Thread safe.</summary>
internal sealed class OpenParts<T>
    where T : class, IDisposable
{
    private readonly HashSet<T> _parts = [];
    private readonly Lock _lock = new();
    private bool _closed;

    /// <summary>Opens a part and lists it.</summary>
    /// <param name="open">Opens it. It receives what to call when the part is disposed.</param>
    /// <exception cref="ObjectDisposedException">The list is closed.</exception>
    public T Open(Func<Action<T>, T> open)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var part = open(Forget);
            _parts.Add(part);
            return part;
        }
    }

    /// <summary>Opens no more parts, and returns those that are open. The caller disposes them.</summary>
    public IReadOnlyList<T> Close()
    {
        lock (_lock)
        {
            _closed = true;
            return [.. _parts];
        }
    }

    private void Forget(T part)
    {
        lock (_lock)
            _parts.Remove(part);
    }
}
