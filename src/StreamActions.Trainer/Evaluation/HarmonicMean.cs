// One figure for what was trained and what was not: high only when both are.
namespace StreamActions.Trainer.Evaluation;

/// <summary>Harmonic mean of top-1 by text over a base set and its novel one.</summary>
/// <param name="Name">What the two sets have in common, such as <c>compositions</c> of <c>base-compositions</c> and
/// <c>novel-compositions</c>.</param>
/// <param name="Base">Top-1 by text on the base set.</param>
/// <param name="Novel">Top-1 by text on the novel set.</param>
/// <param name="Value">2bn / (b + n).</param>
/// <param name="StandardError">Of the value, from the two shares' own.</param>
internal sealed record HarmonicMean(string Name, double Base, double Novel, double Value, double StandardError)
{
    private const string BasePrefix = "base-", NovelPrefix = "novel-";

    /// <summary>The mean of two shares.</summary>
    public static HarmonicMean Of(string name, Share known, Share novel)
    {
        double b = known.Exact, n = novel.Exact, sum = b + n;
        if (sum == 0)
            return new(name, 0, 0, 0, 0);
        // dH/db = 2n²/(b + n)², dH/dn = 2b²/(b + n)².
        var error = 2 / (sum * sum) * Math.Sqrt(Math.Pow(n * n * known.StandardError, 2) + Math.Pow(b * b * novel.StandardError, 2));
        return new(name, known.Value, novel.Value, Math.Round(2 * b * n / sum, 4), Math.Round(error, 4));
    }

    /// <summary>
    /// The means of all sets that come in twos, <c>base-…</c> and <c>novel-…</c>, or <c>other/base-…</c> and <c>other/novel-…</c> of a
    /// model that learnt more.
    /// </summary>
    public static IReadOnlyList<HarmonicMean> Of(IReadOnlyList<SetReport> sets) =>
    [
        .. from known in sets
           let place = known.Name.LastIndexOf('/') + 1
           where known.Name[place..].StartsWith(BasePrefix, StringComparison.Ordinal)
           let name = known.Name[(place + BasePrefix.Length)..]
           from novel in sets
           where novel.Name == known.Name[..place] + NovelPrefix + name
           select Of(name, known.ByText.Top1, novel.ByText.Top1),
    ];
}
