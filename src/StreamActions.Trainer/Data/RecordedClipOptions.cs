// Options for making clips from recordings.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Data;

/// <summary>Options of <see cref="RecordedClipSource"/>.</summary>
internal sealed record RecordedClipOptions
{
    /// <summary>Seed of order and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Augmentation of training clips. Its frame sampling applies to held-out clips too.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.Kinetics;

    /// <summary>Views of a held-out clip.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>Memory limits.</summary>
    public DecodingOptions Decoding { get; init; } = new();

    /// <summary>Number of held-out recordings decoded in parallel, at least 1.</summary>
    public int ReadAhead { get; init; } = Environment.ProcessorCount;

    /// <summary>Called once for each skipped recording, on any thread.</summary>
    public Action<SkippedRecording>? OnSkipped { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="TrainerException">An option's value is out of range; the message names the option.</exception>
    /// <exception cref="InvalidOperationException">A value that no option sets is out of range.</exception>
    public void Check(ClipSpec clip)
    {
        Augmentation.Check();
        if (Views.Temporal < 1 || Views.Spatial < 1)
            throw new TrainerException($"--views {Views.Temporal}x{Views.Spatial}: both numbers must be at least 1");
        if (Views.Spatial > 1 && clip.Resize == ResizeRule.Squash)
            throw new TrainerException(
                $"--views {Views.Temporal}x{Views.Spatial}: this model squashes whole pictures, so it has one spatial view; "
                + $"give {Views.Temporal}x1");
        if (Decoding.CacheBytes < 0 || Decoding.RecordingBytes < 1 || ReadAhead < 1)
            throw new InvalidOperationException("CacheBytes must be at least 0, RecordingBytes and ReadAhead at least 1");
    }
}
