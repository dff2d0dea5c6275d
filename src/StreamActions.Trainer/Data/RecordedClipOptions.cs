// How clips are made of recordings.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Decoding;

namespace StreamActions.Trainer.Data;

/// <summary>Options of <see cref="RecordedClipSource"/>.</summary>
internal sealed record RecordedClipOptions
{
    /// <summary>Decides order and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>What is done to training clips, and which frames clips have.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.Kinetics;

    /// <summary>Views of a held-out clip.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>Bounds of memory.</summary>
    public DecodingOptions Decoding { get; init; } = new();

    /// <summary>Held-out recordings that are decoded at once.</summary>
    public int ReadAhead { get; init; } = Environment.ProcessorCount;

    /// <summary>Told of each recording that is skipped, once, on any thread.</summary>
    public Action<SkippedRecording>? OnSkipped { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="TrainerException">An option's value is out of its bounds; the message names the option.</exception>
    /// <exception cref="InvalidOperationException">A value that no option sets is out of its bounds.</exception>
    public void Check(ClipSpec clip)
    {
        Augmentation.Check();
        if (Views.Temporal < 1 || Views.Spatial < 1)
            throw new TrainerException($"--views {Views.Temporal}x{Views.Spatial}: at least one each");
        if (Views.Spatial > 1 && clip.Resize == ResizeRule.Squash)
            throw new TrainerException(
                $"--views {Views.Temporal}x{Views.Spatial}: a squashed picture is seen whole; one spatial view is all there is");
        if (Decoding.CacheBytes < 0 || Decoding.RecordingBytes < 1 || ReadAhead < 1)
            throw new InvalidOperationException("CacheBytes from 0, RecordingBytes and ReadAhead at least 1");
    }
}
