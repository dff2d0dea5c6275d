// What is skipped is said once, and too much of it is an error.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

public sealed class SkippedRecordingsTests
{
    [Fact]
    public void Add_SamePathAgain_IsSaidOnce()
    {
        List<SkippedRecording> said = [];
        var skipped = new SkippedRecordings("training", 4, said.Add);
        skipped.Add("b", "broken");
        skipped.Add("a", "short");
        skipped.Add("b", "broken");

        Assert.Equal([new("b", "broken"), new("a", "short")], said);
        Assert.Equal(["a", "b"], skipped.All.Select(s => s.Path));
    }

    [Fact]
    public void RequireHalf_MoreSkipped_FailsWithAllOfThem()
    {
        var skipped = new SkippedRecordings("training", 3, null);
        skipped.Add("a", "a: broken");
        skipped.RequireHalf();
        skipped.Add("b", "short");

        // A reason that names its path as it stands alone does not name it twice.
        var exception = Assert.Throws<DataSetException>(skipped.RequireHalf);

        Assert.Equal(["a: broken; repair it, or remove it from the list", "b: short; repair it, or remove it from the list"],
            exception.Problems.Select(p => p.ToString()));
    }
}
