// Makes the pixels of a training clip from sampled frames.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Augmentation;

/// <summary>Crops and augments clips. Pure: the same frames and random numbers give the same pixels.</summary>
internal static class ClipAugmenter
{
    /// <summary>Makes a clip.</summary>
    /// <param name="sampled">The sampled frames.</param>
    /// <param name="clip">Size of the clip.</param>
    /// <param name="options">The augmentation.</param>
    /// <param name="directionSensitive">True when left and right matter: the clip is then not mirrored, rotated, sheared or moved.</param>
    /// <param name="random">Source of random numbers.</param>
    /// <returns>uint8 RGB [F, S, S, 3] for the F sampled frames.</returns>
    public static byte[] Make(SampledFrames sampled, ClipSpec clip, AugmentationOptions options, bool directionSensitive, Random random)
    {
        var (frames, indices) = (sampled.Frames, sampled.Indices);
        var pixels = new ClipPixels(new byte[indices.Length * clip.FrameBytes], indices.Length, clip.Size);
        var crop = SquareCrop.Random(frames.Width, frames.Height, options.ShortSideJitter, options.RandomCrop, random);
        for (var t = 0; t < indices.Length; t++)
            FramePreprocessor.Resize(frames.Frame(indices[t]), frames.Width, frames.Height, crop, clip.Size, clip.Size, pixels.Frame(t));
        if (options.Mirror && random.NextDouble() < 0.5 && !directionSensitive)
            PictureOperations.Mirror(pixels);
        if (options.ColourJitter > 0)
            ColourJitter.Apply(pixels, options.ColourJitter, random);
        if (options.RandAugmentOperations > 0)
            RandAugment.Apply(pixels, options.RandAugmentOperations, options.RandAugmentMagnitude, geometric: !directionSensitive, random);
        return pixels.Pixels;
    }
}
