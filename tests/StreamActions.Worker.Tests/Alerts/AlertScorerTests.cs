// Scores: the share of an alert's phrases among all phrases, and the probability of a class.
using CsCheck;
using StreamActions.Worker.Alerts;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class AlertScorerTests
{
    private static readonly Gen<float[]> Unit = Gen.Float[-1, 1].Array[4].Where(v => v.Sum(x => x * x) > 0.01f).Select(v =>
    {
        var length = MathF.Sqrt(v.Sum(x => x * x));
        return v.Select(x => x / length).ToArray();
    });

    // A dot product of floats has an error of 2e-7 at most; the scale of 30 multiplies it in the exponent, and a share changes by a quarter
    // of two such errors. The tests compare a difference and not decimals, because two close numbers can round to different decimals.
    private const double Rounding = 5e-6;

    private static EmbeddedPhrase[] Named(string prefix, float[][] embeddings) =>
        [.. embeddings.Select((e, i) => new EmbeddedPhrase($"{prefix}{i}", e))];

    private static AlertScore Score(EmbeddedPhrase[] own, EmbeddedPhrase[] others, double scale, float[] window)
    {
        PhraseTable table = new(own.Concat(others));
        PhraseScorer scorer = new(
            table, [.. Enumerable.Range(0, own.Length)], [.. Enumerable.Range(own.Length, others.Length)], scale);
        ViewScores scores = new([scorer]);
        scores.Load(window);
        return scores.Score(scorer, []);
    }

    private static double Exp(float[] a, float[] b, double scale) => Math.Exp(scale * a.Zip(b, (x, y) => (double)x * y).Sum());

    [Fact]
    public void Score_AnyPhrases_IsShareOfOwnPhrases() =>
        Gen.Select(Unit, Unit.Array[1, 4], Unit.Array[0, 5], Gen.Double[1, 30]).Sample((window, own, others, scale) =>
        {
            var score = Score(Named("own", own), Named("other", others), scale, window);

            double[] ours = [.. own.Select(p => Exp(window, p, scale))], theirs = [.. others.Select(p => Exp(window, p, scale))];
            var all = ours.Sum() + theirs.Sum();
            Assert.Equal(ours.Sum() / all, score.Value, Rounding);
            Assert.Equal(ours.Max(), ours[int.Parse(score.Phrase[3..], null)], ours.Max() * 1e-5);
            Assert.Equal(others.Length == 0, score.RunnerUp is null);
            if (score.RunnerUp is { } runnerUp)
                Assert.Equal(theirs.Max() / all, runnerUp.Score, Rounding);
        });

    [Fact]
    public void Score_AlertsOfOneView_ScoreAsIfAlone() =>
        Gen.Select(Unit, Unit.Array[6, 6], Gen.Int[1, 5].Array[2, 4]).Sample((window, embeddings, counts) =>
        {
            // Each alert has the first phrases as its own and the rest as others, so that all share all rows.
            PhraseTable table = new(Named("phrase", embeddings));
            PhraseScorer[] scorers = [.. counts.Select(own => new PhraseScorer(table, [.. Enumerable.Range(0, own)],
                [.. Enumerable.Range(own, 6 - own)], 10))];
            ViewScores scores = new(scorers);
            scores.Load(window);
            foreach (var (scorer, own) in scorers.Zip(counts))
            {
                var alone = Score(Named("phrase", embeddings)[..own], Named("phrase", embeddings)[own..], 10, window);
                Assert.Equal(alone, scores.Score(scorer, []));
            }
        });

    [Fact]
    public void Score_ExponentialsOverflow_IsFinite()
    {
        var score = Score([new("own", [1, 0])], [new("other", [0, 1])], 1e5, [1, 0]);
        Assert.Equal(1, score.Value);
        Assert.Equal(new("other", 0), score.RunnerUp);
    }

    [Fact]
    public void Score_Label_IsProbabilityOfItsClass()
    {
        var score = new LabelScorer(["walk", "fall", "jump"], 1).Score([], [0, MathF.Log(3), MathF.Log(2)], new double[3]);
        Assert.Equal(0.5, score.Value, 6);
        Assert.Equal("fall", score.Phrase);
        Assert.Equal("jump", score.RunnerUp!.Value.Phrase);
        Assert.Equal(1 / 3.0, score.RunnerUp.Value.Score, 6);
    }

    [Fact]
    public void Score_OnlyLabel_HasNoRunnerUp() => Assert.Null(new LabelScorer(["walk"], 0).Score([], [3], new double[1]).RunnerUp);
}
