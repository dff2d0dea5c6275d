// A share of clips with its standard error.
using System.Text.Json.Serialization;

namespace StreamActions.Trainer.Evaluation;

/// <summary>The share of right clips.</summary>
/// <param name="Right">Number of right clips.</param>
/// <param name="Of">Number of all clips, at least 1.</param>
internal sealed record Share(int Right, int Of)
{
    /// <summary>The share in [0, 1], not rounded.</summary>
    [JsonIgnore]
    public double Exact => (double)Right / Of;

    /// <summary>The share in [0, 1], rounded to four digits.</summary>
    public double Value => Math.Round(Exact, 4);

    /// <summary>Standard error of the share, √(p(1 − p)/n), rounded to four digits: its spread over other samples of clips.</summary>
    public double StandardError => Math.Round(Math.Sqrt(Exact * (1 - Exact) / Of), 4);

    /// <summary>The share, or null when there are no clips.</summary>
    public static Share? OrNull(int right, int of) => of == 0 ? null : new(right, of);
}
