// How much of earlier frames a stream reuses.
using StreamActions.Core.Bundles;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Inference;

/// <summary>When a patch token is encoded again.</summary>
/// <param name="Levels">
/// A patch has changed when the root of the mean squared difference of its pixels is above this number of levels (of 255).
/// </param>
/// <param name="Hold">
/// Frames for which a changed patch is encoded after its last change; no more than the network remembers, so 0 for a per-frame network.
/// </param>
/// <param name="Around">Patches around a changed one that count as changed, in each direction.</param>
/// <param name="Refresh">A frame is encoded in full at least this often, in frames; at least 1.</param>
/// <param name="MostShare">A frame is encoded in full when more than this share of its tokens would be encoded.</param>
internal sealed record ReuseRule(double Levels, int Hold, int Around, int Refresh, double MostShare)
{
    /// <summary>Encodes every frame in full.</summary>
    public static ReuseRule Full { get; } = new(Levels: 0, Hold: 0, Around: 0, Refresh: 1, MostShare: 0);

    /// <summary>The rule of a level; null for <see cref="ReuseLevel.Off"/>.</summary>
    public static ReuseRule? For(ReuseLevel level) => level switch
    {
        ReuseLevel.Balanced => new(Levels: 3, Hold: 8, Around: 1, Refresh: 8, MostShare: 0.6),
        ReuseLevel.High => new(Levels: 5, Hold: 3, Around: 0, Refresh: 16, MostShare: 0.6),
        _ => null,
    };

    /// <summary>Earlier frames that an output depends on: those which the convolutions over time see, one after another.</summary>
    public static int Memory(IEnumerable<StreamState> states) => states.Where(s => s is { Window: false, Lags: > 1 }).Sum(s => s.Lags);
}
