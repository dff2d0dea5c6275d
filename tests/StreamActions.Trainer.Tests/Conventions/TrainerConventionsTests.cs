// Conventions of the trainer's source that the compiler does not check.
using StreamActions.Scenes;
using StreamActions.TestKit;
using StreamActions.TestKit.Conventions;
using StreamActions.Trainer.Commands;

namespace StreamActions.Trainer.Tests.Conventions;

public sealed class TrainerConventionsTests
{
    private static readonly string Trainer = Path.Combine(RepositoryPaths.Root, "src", "StreamActions.Trainer");

    [Fact]
    public void Folders_OfTrainer_HaveNoDependencyCycles() =>
        Assert.Empty(FolderDependencies.Cycles(Trainer, "StreamActions.Trainer").Select(cycle => cycle.ToString()));

    [Fact]
    public void Constructors_OfTrainerAndScenes_HaveAtMostSevenParameters()
    {
        Assert.Empty(ConstructorParameters.MoreThan(typeof(TrainCommand).Assembly));
        Assert.Empty(ConstructorParameters.MoreThan(typeof(ActionCatalog).Assembly));
    }
}
