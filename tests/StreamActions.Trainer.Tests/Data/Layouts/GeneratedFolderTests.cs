// The output of 'generate clips' opens as a data set.
using StreamActions.Scenes;
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data.Layouts;

public sealed class GeneratedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteAsync_ClipFolder_OpensAsDataSet()
    {
        ActionKind[] actions = [ActionKind.WalksLeft, ActionKind.TwoPeopleHugging];
        Assert.Equal(
            8, await ClipFolder.WriteAsync(_folder.Path, actions, perAction: 4, firstSeed: 9, TestContext.Current.CancellationToken));
        var read = DataSetReader.Open(new() { Path = _folder.Path });
        Assert.Equal(["walks_left", "two_people_hugging"], read.Classes.Select(c => c.Name));
        Assert.Equal(["a person walks to the left", "two people hugging"], read.Classes.Select(c => c.Phrases[0]));
        Assert.All(read.Classes, c => Assert.Equal(5, c.Phrases.Count));
        Assert.Equal(8, read.Training.Count + read.HeldOut.Count);
    }
}
