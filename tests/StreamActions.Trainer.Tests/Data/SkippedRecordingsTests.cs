// A skipped recording is reported once, and more than half skipped is an error.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

public sealed class SkippedRecordingsTests
{
    [Fact]
    public void Add_SamePathAgain_ReportsOnce()
    {
        List<SkippedRecording> reported = [];
        var skipped = new SkippedRecordings("training", 4, reported.Add);
        skipped.Add("b", "broken");
        skipped.Add("a", "short");
        skipped.Add("b", "broken");

        Assert.Equal([new("b", "broken"), new("a", "short")], reported);
        Assert.Equal(["a", "b"], skipped.All.Select(s => s.Path));
    }

    [Fact]
    public void RequireHalf_MoreThanHalfSkipped_ListsAll()
    {
        var skipped = new SkippedRecordings("training", 3, null);
        skipped.Add("a", "a: broken");
        skipped.RequireHalf();
        skipped.Add("b", "short");

        // A reason that already begins with the path must not repeat it.
        var exception = Assert.Throws<DataSetException>(skipped.RequireHalf);

        Assert.Equal(["a: broken; repair it, or remove it from the list", "b: short; repair it, or remove it from the list"],
            exception.Problems.Select(p => p.ToString()));
    }
}
