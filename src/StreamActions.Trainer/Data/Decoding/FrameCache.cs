// Decoded recordings that are likely to be wanted again: the least recently used one goes first.
namespace StreamActions.Trainer.Data.Decoding;

/// <summary>Keeps decoded recordings, never more bytes than it may. Thread safe.</summary>
/// <param name="capacity">Most bytes of pixels held; 0 keeps nothing.</param>
internal sealed class FrameCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, LinkedListNode<(int Key, FrameStack Frames)>> _byKey = [];
    private readonly LinkedList<(int Key, FrameStack Frames)> _byUse = [];
    private long _held;

    /// <summary>Bytes of pixels held now.</summary>
    public long HeldBytes => Interlocked.Read(ref _held);

    /// <summary>What is held under a key, or null.</summary>
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
    /// Keeps frames, and lets go of those least recently used until there is room. What is larger than the whole cache is not kept.
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
