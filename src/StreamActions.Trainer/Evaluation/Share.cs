// A share of clips, with how sure it is.
using System.Text.Json.Serialization;

namespace StreamActions.Trainer.Evaluation;

/// <summary>So many right of so many.</summary>
internal sealed record Share(int Right, int Of)
{
    /// <summary>The share in [0, 1], not rounded.</summary>
    [JsonIgnore]
    public double Exact => (double)Right / Of;

    /// <summary>The share in [0, 1], to four digits.</summary>
    public double Value => Math.Round(Exact, 4);

    /// <summary>Standard error of the share, √(p(1 − p)/n), to four digits: what another draw of clips would change.</summary>
    public double StandardError => Math.Round(Math.Sqrt(Exact * (1 - Exact) / Of), 4);

    /// <summary>The share, or null of nothing.</summary>
    public static Share? OrNull(int right, int of) => of == 0 ? null : new(right, of);
}
