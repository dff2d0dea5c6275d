// Chooses the tokens of a frame that are encoded again. Pure.
namespace StreamActions.Worker.Inference;

/// <summary>
/// Compares each patch of a frame with the pixels that were encoded for it last. A patch that differs is encoded with this frame and with
/// the next ones (<see cref="ReuseRule.Hold"/>), as long as the network remembers a change. The first frames of a stream are
/// encoded in full until its memory is full, and so is every frame after <see cref="ReuseRule.Refresh"/> frames, and a frame with much
/// change. The class token, row 0, is always encoded. Not thread safe.
/// </summary>
internal sealed class ChangedPatches
{
    private const int Channels = 3;

    private readonly ReuseRule _rule;
    private readonly int _size, _grid, _memory, _hold;
    private readonly byte[] _encoded;           // the pixels that were encoded last, patch by patch in their place
    private readonly int[] _left;               // frames for which a patch is still encoded
    private readonly long[] _difference;        // sums of squares
    private readonly bool[] _changed;
    private int _frames, _sinceFull;

    /// <param name="size">Height and width of the frames, in pixels.</param>
    /// <param name="tokens">Tokens of a frame: one for each patch of a square grid, and the class token.</param>
    /// <param name="memory">Earlier frames that an output of the network depends on.</param>
    /// <param name="rule">The rule.</param>
    public ChangedPatches(int size, int tokens, int memory, ReuseRule rule)
    {
        (_rule, _size, _memory, _hold) = (rule, size, memory, Math.Min(rule.Hold, memory));
        _grid = (int)Math.Round(Math.Sqrt(tokens - 1));
        if (_grid * _grid != tokens - 1 || size % _grid != 0)
            throw new ArgumentException($"{tokens} tokens are not a square grid of patches of a picture of {size} pixels");
        _encoded = new byte[size * size * Channels];
        (_left, _difference, _changed) = (new int[tokens - 1], new long[tokens - 1], new bool[tokens - 1]);
    }

    /// <summary>Tokens of a frame.</summary>
    public int Tokens => _left.Length + 1;

    /// <summary>Chooses the rows of the tokens to encode. The caller must then encode them.</summary>
    /// <param name="pixels">The frame, uint8 RGB [S, S, 3].</param>
    /// <param name="starts">Whether it starts the stream.</param>
    /// <param name="rows">Receives the rows in ascending order; has a place for each token.</param>
    /// <returns>The number of rows; all tokens for a frame that is encoded in full.</returns>
    public int Choose(ReadOnlySpan<byte> pixels, bool starts, Span<long> rows)
    {
        if (starts)
        {
            _frames = 0;
            Array.Clear(_left);
            pixels.CopyTo(_encoded);
        }
        var full = _frames <= _memory || ++_sinceFull >= _rule.Refresh;
        if (_frames <= _memory)
            _frames++;
        var count = Mark(pixels, full);
        if (full || count > _rule.MostShare * Tokens)
        {
            for (var row = 0; row < Tokens; row++)
                rows[row] = row;
            pixels.CopyTo(_encoded);
            _sinceFull = 0;
            return Tokens;
        }
        rows[0] = 0;
        var next = 1;
        for (var patch = 0; patch < _changed.Length; patch++)
        {
            if (!_changed[patch])
                continue;
            rows[next++] = patch + 1;
            Remember(pixels, patch);
        }
        return next;
    }

    // Marks the patches to encode and returns the number of tokens. Changes are noted in full frames too: they are held afterwards.
    private int Mark(ReadOnlySpan<byte> pixels, bool full)
    {
        Compare(pixels);
        var side = _size / _grid;
        var limit = _rule.Levels * _rule.Levels * side * side * Channels;
        Array.Clear(_changed);
        for (var patch = 0; patch < _changed.Length; patch++)
        {
            if (_difference[patch] > limit)
                Hold(patch);
        }
        var count = 1;
        for (var patch = 0; patch < _changed.Length; patch++)
        {
            if (!_changed[patch] && _left[patch] > 0)
            {
                _left[patch]--;
                _changed[patch] = true;
            }
            count += _changed[patch] ? 1 : 0;
        }
        return full ? Tokens : count;
    }

    private void Hold(int patch)
    {
        var (row, column) = (patch / _grid, patch % _grid);
        for (var y = Math.Max(0, row - _rule.Around); y <= Math.Min(_grid - 1, row + _rule.Around); y++)
        {
            for (var x = Math.Max(0, column - _rule.Around); x <= Math.Min(_grid - 1, column + _rule.Around); x++)
                (_changed[y * _grid + x], _left[y * _grid + x]) = (true, _hold);
        }
    }

    // Sums of squared differences, patch by patch.
    private void Compare(ReadOnlySpan<byte> pixels)
    {
        Array.Clear(_difference);
        var run = _size / _grid * Channels;   // bytes of a patch in one row of the picture
        for (var at = 0; at < pixels.Length; at += run)
        {
            var (y, x) = (at / (_size * Channels), at % (_size * Channels));
            var now = pixels.Slice(at, run);
            var before = _encoded.AsSpan(at, run);
            var sum = 0;
            for (var i = 0; i < now.Length; i++)
            {
                var difference = now[i] - before[i];
                sum += difference * difference;
            }
            _difference[y / (_size / _grid) * _grid + x / run] += sum;
        }
    }

    private void Remember(ReadOnlySpan<byte> pixels, int patch)
    {
        var side = _size / _grid;
        var run = side * Channels;
        var at = patch / _grid * side * _size * Channels + patch % _grid * run;
        for (var y = 0; y < side; y++, at += _size * Channels)
            pixels.Slice(at, run).CopyTo(_encoded.AsSpan(at));
    }
}
