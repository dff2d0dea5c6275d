// Drops whole RTP packets of a connection, like a camera that sends faster than its network.
namespace StreamActions.TestKit.Net;

/// <summary>Parses the interleaved packets of an RTSP connection: '$', channel, two bytes of length.</summary>
internal sealed class LossyPackets
{
    private readonly Random _random = new(1);
    private readonly List<byte> _kept = [];
    private long _lost;

    /// <summary>The bytes to forward: whole packets and RTSP responses. An incomplete packet waits for its end.</summary>
    public byte[] Pass(ReadOnlySpan<byte> bytes, bool lossy)
    {
        _kept.AddRange(bytes);
        var passed = new List<byte>(_kept.Count);
        var at = 0;
        while (at < _kept.Count)
        {
            if (_kept[at] != '$')
            {
                passed.Add(_kept[at++]);
                continue;
            }
            if (_kept.Count - at < 4 || _kept.Count - at < Length(at))
                break;
            // Channel 0 carries the video.
            if (lossy && _kept[at + 1] == 0 && _random.Next(10) == 0)
                _lost++;
            else
                passed.AddRange(_kept.GetRange(at, Length(at)));
            at += Length(at);
        }
        _kept.RemoveRange(0, at);
        return [.. passed];
    }

    /// <summary>Packets dropped since the last call.</summary>
    public long TakeLost()
    {
        var lost = _lost;
        _lost = 0;
        return lost;
    }

    private int Length(int at) => 4 + _kept[at + 2] * 256 + _kept[at + 3];
}
