// Metrics of small score tables, against values counted by hand.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class ScoreTableTests
{
    private static readonly ClipClass[] Six =
    [
        new("opens", "a person opens", 1), new("closes", "a person closes", 0), new("jumps", "a person jumps", null),
        new("waves", "a person waves", null), new("sits", "a person sits", null), new("nobody", "nobody", null),
    ];

    [Fact]
    public void Report_SmallTable_MatchesHandCount()
    {
        var table = new ScoreTable("actions", Six);
        // opens: ranked first by text and head. With frame order the clip is nearer to opens than to closes, shuffled it is not.
        table.Add(0, new([9, 1, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0]), shuffled: [1, 2, 0, 0, 0, 0]);
        // closes: ranked second by text (classified as opens), last by the head. With and without order it is nearer to opens.
        table.Add(1, new([9, 8, 0, 0, 0, 0], [9, 0, 8, 7, 6, 5]), shuffled: [2, 1, 0, 0, 0, 0]);
        // jumps, two clips: one correct; one ranked last by text, classified as waves.
        table.Add(2, new([0, 0, 9, 0, 0, 0], [0, 0, 9, 0, 0, 0]), shuffled: null);
        table.Add(2, new([3, 3, 0, 9, 3, 3], [0, 0, 9, 0, 0, 0]), shuffled: null);
        var report = table.Report();

        Assert.Equal(4, report.Clips);
        // Chance: 1/6 and 5/6.
        Assert.Equal((0.1667, 0.8333), (report.Chance, report.ChanceTop5));
        Assert.Equal(new TopShares(new(2, 4), new(3, 4)), report.ByText);
        Assert.Equal(new TopShares(new(3, 4), new(3, 4)), report.ByClassifier);
        Assert.Equal(new TimeOrder(new(1, 2), new(0, 2)), report.TimeOrder);
        Assert.Equal(new ClassReport("opens", "a person opens", 1, new(1, 1), new(1, 1), new(1, 1)), report.Classes[0]);
        Assert.Equal(new ClassReport("closes", "a person closes", 1, new(0, 1), new(0, 1), new(0, 1)), report.Classes[1]);
        Assert.Equal(new ClassReport("jumps", "a person jumps", 2, new(1, 2), new(2, 2), null), report.Classes[2]);
        Assert.Equal(new ClassReport("nobody", "nobody", 0, null, null, null), report.Classes[5]);
        Assert.Equal([1, 0, 0, 0, 0, 0], report.Confusion[0]);
        Assert.Equal([1, 0, 0, 0, 0, 0], report.Confusion[1]);
        Assert.Equal([0, 0, 1, 1, 0, 0], report.Confusion[2]);
    }

    [Fact]
    public void Report_WarmedUpScores_AreCountedApart()
    {
        var table = new ScoreTable("actions", Six, warmUp: 8);
        table.Add(0, new([9, 1, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0]), [1, 2, 0, 0, 0, 0], new([1, 9, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0]));
        table.Add(1, new([9, 8, 0, 0, 0, 0], [9, 0, 8, 7, 6, 5]), [2, 1, 0, 0, 0, 0], new([8, 9, 0, 0, 0, 0], [0, 9, 8, 7, 6, 5]));
        table.Add(2, new([0, 0, 9, 0, 0, 0], [0, 0, 9, 0, 0, 0]), null, new([0, 0, 9, 0, 0, 0], [0, 0, 9, 0, 0, 0]));
        var report = table.Report();

        Assert.Equal((new(2, 3), new(1, 2)), (report.ByText.Top1, report.TimeOrder!.Ordered));
        var warm = report.WarmedUp!;
        Assert.Equal((8, new(2, 3), new(3, 3), new(1, 2)), (warm.Frames, warm.ByText.Top1, warm.ByClassifier!.Top1, warm.Ordered!));
        // The confusion matrix and the classes are those of a fresh stream.
        Assert.Equal([1, 0, 0, 0, 0, 0], report.Confusion[1]);
    }

    [Fact]
    public void Report_TiesAndNaN_CountAsWrong()
    {
        var table = new ScoreTable("actions", Six);
        table.Add(0, new([1, 1, 1, 1, 1, 1], null), shuffled: [1, 1, 1, 1, 1, 1]);
        table.Add(0, new([2, 2, 1, 1, 1, 1], null), shuffled: [2, 2, 1, 1, 1, 1]);
        table.Add(0, new([double.NaN, 0, 0, 0, 0, 0], null), shuffled: [double.NaN, 0, 0, 0, 0, 0]);
        var report = table.Report();

        // Six equal scores: rank six. Two equal scores: rank two. NaN: ranked last.
        Assert.Equal(new TopShares(new(0, 3), new(1, 3)), report.ByText);
        Assert.Equal(new TimeOrder(new(0, 3), new(0, 3)), report.TimeOrder);
        Assert.Equal([0, 3, 0, 0, 0, 0], report.Confusion[0]);
        Assert.Null(report.ByClassifier);
    }

    [Fact]
    public void Report_NoClip_NamesSet() =>
        Assert.Contains("base-things has no clip",
            Assert.Throws<TrainerException>(() => new ScoreTable("base-things", Six).Report()).Message, StringComparison.Ordinal);

    [Fact]
    public void OfViews_LogitsDisagree_AveragesAfterSoftmax()
    {
        // Mean of the logits: (20/3, 4/3), the first class.
        // Mean after softmax: ((1 + 2·0.1192)/3, (0 + 2·0.8808)/3) = (0.4128, 0.5872), the second class; 0.8808 is e²/(1 + e²).
        var scores = Scores.OfViews([[20, 0], [0, 2], [0, 2]]);
        Assert.Equal(0.4128, scores[0], 1e-4);
        Assert.Equal(0.5872, scores[1], 1e-4);
    }

    [Fact]
    public void OfViews_LargeLogitScale_KeepsOrder()
    {
        // 100 · cosine spans at most 200: e⁻²⁰⁰ does not underflow to 0 in double precision.
        var scores = Scores.OfViews([[-100, -99, 100]]);
        Assert.True(scores[0] > 0 && scores[0] < scores[1]);
    }

    [Fact]
    public void StandardError_80Of100_IsFourPercent()
    {
        // √(0.8 · 0.2 / 100) = 0.04.
        var share = new Share(80, 100);
        Assert.Equal((0.8, 0.04), (share.Value, share.StandardError));
        Assert.Equal(0.6667, new Share(2, 3).Value);
    }

    [Fact]
    public void HarmonicMean_TwoShares_MatchesDefinition()
    {
        // 2 · 0.8 · 0.6 / 1.4 = 0.68571. Error: 2/1.96 · √((0.36 · 0.04)² + (0.64 · 0.049)²) = 0.03521.
        var mean = HarmonicMean.Of("compositions", new(80, 100), new(60, 100));
        Assert.Equal(new HarmonicMean("compositions", 0.8, 0.6, 0.6857, 0.0352), mean);
        Assert.Equal(0, HarmonicMean.Of("nothing", new(0, 5), new(0, 5)).Value);
        Assert.Equal(0, HarmonicMean.Of("base alone", new(5, 5), new(0, 5)).Value);
    }
}
