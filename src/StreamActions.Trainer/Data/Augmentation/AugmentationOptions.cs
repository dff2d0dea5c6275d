// How training clips are varied: the paper's recipes, by name (docs/model.md §4).
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>What is done to a training clip. All frames of a clip are treated alike.</summary>
internal sealed record AugmentationOptions
{
    /// <summary>Which frames are taken.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.Strided;

    /// <summary>The short side is enlarged by a random factor from 1 to this before the crop; in [1, 2].</summary>
    public double ShortSideJitter { get; init; } = 1;

    /// <summary>The square is cut out at a random place, else in the middle.</summary>
    public bool RandomCrop { get; init; }

    /// <summary>Half of the clips are mirrored; never those whose class or text depends on direction.</summary>
    public bool Mirror { get; init; }

    /// <summary>Brightness, contrast and saturation change by a factor of up to 1 ± this; in [0, 1).</summary>
    public double ColourJitter { get; init; }

    /// <summary>RandAugment's operations a clip; 0 for none.</summary>
    public int RandAugmentOperations { get; init; }

    /// <summary>RandAugment's magnitude, in [0, 10].</summary>
    public double RandAugmentMagnitude { get; init; } = 7;

    /// <summary>Nothing is varied but the place in the recording.</summary>
    public static AugmentationOptions None { get; } = new();

    /// <summary>Kinetics: strided frames, jitter, crop, mirror.</summary>
    public static AugmentationOptions Kinetics { get; } = new() { ShortSideJitter = 1.15, RandomCrop = true, Mirror = true };

    /// <summary>
    /// Something-Something, whose classes are directions: segments, jitter, crop, RandAugment (4 operations, magnitude 7), no mirror.
    /// </summary>
    public static AugmentationOptions SomethingSomething { get; } =
        new() { Sampling = FrameSampling.Segments, ShortSideJitter = 1.15, RandomCrop = true, RandAugmentOperations = 4 };

    /// <summary>The names of the recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kinetics", "something-something", "none"];

    /// <summary>A recipe by its name.</summary>
    /// <exception cref="TrainerException">There is none of that name.</exception>
    public static AugmentationOptions Named(string name) => name switch
    {
        "kinetics" => Kinetics,
        "something-something" => SomethingSomething,
        "none" => None,
        _ => throw new TrainerException($"--augment {name}: there is no recipe of that name; take one of {string.Join(", ", Names)}"),
    };

    /// <summary>Checks the values.</summary>
    /// <exception cref="TrainerException">An option's value is out of its bounds; the message names the option.</exception>
    /// <exception cref="InvalidOperationException">A value that no option sets is out of its bounds.</exception>
    public void Check()
    {
        if (!(ShortSideJitter is >= 1 and <= 2))
            throw new InvalidOperationException($"ShortSideJitter {ShortSideJitter}: 1 to 2");
        if (!(ColourJitter is >= 0 and < 1))
            throw new TrainerException($"--colour-jitter {ColourJitter}: from 0, below 1");
        if (RandAugmentOperations is < 0 or > 16 || !(RandAugmentMagnitude is >= 0 and <= 10))
            throw new InvalidOperationException(
                $"RandAugment {RandAugmentOperations} operations of magnitude {RandAugmentMagnitude}: 0 to 16, and 0 to 10");
    }
}
