// Augmentation of training clips: the paper's recipes, by name (docs/model.md §4).
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Augmentation of a training clip. Each operation changes all frames of a clip in the same way.</summary>
internal sealed record AugmentationOptions
{
    /// <summary>How frames are sampled.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.Strided;

    /// <summary>Maximum of the random factor, from 1 on, that enlarges the short side before the crop; in [1, 2].</summary>
    public double ShortSideJitter { get; init; } = 1;

    /// <summary>True crops the square at a random place, false in the centre.</summary>
    public bool RandomCrop { get; init; }

    /// <summary>True mirrors half of the clips, except those whose class or caption depends on direction.</summary>
    public bool Mirror { get; init; }

    /// <summary>Jitter j in [0, 1): brightness, contrast and saturation each change by a random factor in [1 − j, 1 + j).</summary>
    public double ColourJitter { get; init; }

    /// <summary>Number of RandAugment operations per clip, 0 to 16.</summary>
    public int RandAugmentOperations { get; init; }

    /// <summary>RandAugment's magnitude, in [0, 10].</summary>
    public double RandAugmentMagnitude { get; init; } = 7;

    /// <summary>No augmentation; only the clip's position in the recording is random.</summary>
    public static AugmentationOptions None { get; } = new();

    /// <summary>Kinetics: strided frames, jitter, crop, mirror.</summary>
    public static AugmentationOptions Kinetics { get; } = new() { ShortSideJitter = 1.15, RandomCrop = true, Mirror = true };

    /// <summary>
    /// Something-Something, whose classes depend on direction: segments, jitter, crop, RandAugment (4 operations, magnitude 7), no mirror.
    /// </summary>
    public static AugmentationOptions SomethingSomething { get; } =
        new() { Sampling = FrameSampling.Segments, ShortSideJitter = 1.15, RandomCrop = true, RandAugmentOperations = 4 };

    /// <summary>The names of the recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kinetics", "something-something", "none"];

    /// <summary>Returns the recipe with a name.</summary>
    /// <exception cref="TrainerException">No recipe has this name.</exception>
    public static AugmentationOptions Named(string name) => name switch
    {
        "kinetics" => Kinetics,
        "something-something" => SomethingSomething,
        "none" => None,
        _ => throw new TrainerException($"--augment {name}: unknown recipe; choose one of {string.Join(", ", Names)}"),
    };

    /// <summary>Checks the values.</summary>
    /// <exception cref="TrainerException">An option's value is out of range; the message names the option.</exception>
    /// <exception cref="InvalidOperationException">A value that no option sets is out of range.</exception>
    public void Check()
    {
        if (!(ShortSideJitter is >= 1 and <= 2))
            throw new InvalidOperationException($"ShortSideJitter {ShortSideJitter}: must be in [1, 2]");
        if (!(ColourJitter is >= 0 and < 1))
            throw new TrainerException($"--colour-jitter {ColourJitter}: must be at least 0 and below 1");
        if (RandAugmentOperations is < 0 or > 16 || !(RandAugmentMagnitude is >= 0 and <= 10))
            throw new InvalidOperationException(
                $"RandAugment {RandAugmentOperations} operations of magnitude {RandAugmentMagnitude}: must be in [0, 16] and [0, 10]");
    }
}
