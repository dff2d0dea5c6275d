// A cache of decoded recordings that evicts the least recently used one.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Caches decoded recordings up to a number of bytes. Thread safe.</summary>
/// <param name="capacity">Maximum bytes of pixels; 0 caches nothing.</param>
internal sealed class FrameCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, LinkedListNode<(int Key, FrameStack Frames)>> _byKey = [];
    private readonly LinkedList<(int Key, FrameStack Frames)> _byUse = [];
    private long _held;

    /// <summary>Bytes of cached pixels.</summary>
    public long HeldBytes => Interlocked.Read(ref _held);

    /// <summary>The cached frames of a key, or null.</summary>
    public FrameStack? Find(int key)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Frames;
        }
    }

    /// <summary>
    /// Caches frames and evicts the least recently used ones until they fit. Frames larger than the whole cache are not cached.
    /// </summary>
    public void Keep(int key, FrameStack frames)
    {
        lock (_lock)
        {
            if (frames.Pixels.Length > capacity || _byKey.ContainsKey(key))
                return;
            while (_held + frames.Pixels.Length > capacity)
                DropLast();
            _byKey[key] = _byUse.AddFirst((key, frames));
            _held += frames.Pixels.Length;
        }
    }

    private void DropLast()
    {
        var last = _byUse.Last!.Value;
        _byUse.RemoveLast();
        _byKey.Remove(last.Key);
        _held -= last.Frames.Pixels.Length;
    }
}
