// The harmonic mean of accuracy on trained and on untrained classes; it is high only when both are.
namespace StreamActions.Trainer.Evaluation;

/// <summary>Harmonic mean of top-1 by text on a base set and on its novel set.</summary>
/// <param name="Name">
/// Common part of the sets' names, such as <c>compositions</c> of <c>base-compositions</c> and <c>novel-compositions</c>.
/// </param>
/// <param name="Base">Top-1 by text on the base set.</param>
/// <param name="Novel">Top-1 by text on the novel set.</param>
/// <param name="Value">2bn / (b + n).</param>
/// <param name="StandardError">Standard error of the value, from the standard errors of the two shares.</param>
internal sealed record HarmonicMean(string Name, double Base, double Novel, double Value, double StandardError)
{
    private const string BasePrefix = "base-", NovelPrefix = "novel-";

    /// <summary>The mean of two shares.</summary>
    public static HarmonicMean Of(string name, Share baseShare, Share novel)
    {
        double b = baseShare.Exact, n = novel.Exact, sum = b + n;
        if (sum == 0)
            return new(name, 0, 0, 0, 0);
        // dH/db = 2n²/(b + n)², dH/dn = 2b²/(b + n)².
        var error = 2 / (sum * sum) * Math.Sqrt(Math.Pow(n * n * baseShare.StandardError, 2) + Math.Pow(b * b * novel.StandardError, 2));
        return new(name, baseShare.Value, novel.Value, Math.Round(2 * b * n / sum, 4), Math.Round(error, 4));
    }

    /// <summary>
    /// The means of all pairs of sets <c>base-…</c> and <c>novel-…</c>, or <c>other/base-…</c> and <c>other/novel-…</c> of a run with
    /// replayed data.
    /// </summary>
    public static IReadOnlyList<HarmonicMean> Of(IReadOnlyList<SetReport> sets) =>
    [
        .. from baseSet in sets
           let place = baseSet.Name.LastIndexOf('/') + 1
           where baseSet.Name[place..].StartsWith(BasePrefix, StringComparison.Ordinal)
           let name = baseSet.Name[(place + BasePrefix.Length)..]
           from novelSet in sets
           where novelSet.Name == baseSet.Name[..place] + NovelPrefix + name
           select Of(name, baseSet.ByText.Top1, novelSet.ByText.Top1),
    ];
}
