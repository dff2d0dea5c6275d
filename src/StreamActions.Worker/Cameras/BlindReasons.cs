// Why a camera does not see, all reasons at once. Pure.
namespace StreamActions.Worker.Cameras;

/// <summary>The words that events and metrics use.</summary>
internal static class BlindReason
{
    /// <summary>It cannot be opened, broke, or sends nothing.</summary>
    public const string Offline = "offline";

    /// <summary>Its picture stands still.</summary>
    public const string Frozen = "frozen";

    /// <summary>Its picture is dark, or there is nothing in it.</summary>
    public const string Black = "black";

    /// <summary>Its stream arrives damaged.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>Inference is too slow for it.</summary>
    public const string Overload = "overload";
}

/// <summary>
/// The set of reasons for which a camera is blind: each is told once when it comes, and "seeing" once, when the last has gone. Keeps account of
/// how long each has held.
/// </summary>
internal sealed class BlindReasons
{
    // Until when each reason's time has been counted.
    private readonly Dictionary<string, DateTimeOffset> _counted = new(StringComparer.Ordinal);

    /// <summary>True while any reason holds.</summary>
    public bool IsBlind => _counted.Count > 0;

    /// <summary>A reason has come; true when that is new and must be told.</summary>
    public bool Add(string reason, DateTimeOffset at) => _counted.TryAdd(reason, at);

    /// <summary>A reason has gone; true when the camera sees again, which must be told.</summary>
    public bool Remove(string reason) => _counted.Remove(reason) && !IsBlind;

    /// <summary>For every reason that holds, the time since it was last counted. Count before a reason is removed, or its rest is lost.</summary>
    public IReadOnlyList<(string Reason, TimeSpan Blind)> Count(DateTimeOffset at)
    {
        List<(string, TimeSpan)> counted = [];
        foreach (var (reason, until) in _counted.ToArray())
        {
            if (at <= until)
                continue;
            counted.Add((reason, at - until));
            _counted[reason] = at;
        }
        return counted;
    }
}
