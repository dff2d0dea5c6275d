// One clip from one seed: an action, a scene, eight pictures.
using OpenCvSharp;
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Trainer.Generation;

/// <summary>A generated clip.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Action">What happens in it.</param>
/// <param name="Colour">The performer's shirt colour; null when there is not just one performer.</param>
/// <param name="Caption">A caption that is true of it.</param>
internal sealed record GeneratedClip(byte[] Pixels, ActionKind Action, string? Colour, Caption Caption);

/// <summary>Makes clips; the same seed gives the same clip on any thread.</summary>
internal static class ClipGenerator
{
    /// <summary>The clip of a seed, of a given action or of a random one.</summary>
    /// <remarks>
    /// An action that is another one played backwards is made by exactly that: with the same seed, its frames are the other's in
    /// the other order. Single frames, and frames without their order, therefore tell nothing about which of the two it is.
    /// </remarks>
    /// <param name="seed">Decides everything that is not given.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="action">The action, or null for a random one.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    /// <param name="shirt">Colour of the performer's shirt, or null for a random one.</param>
    public static GeneratedClip Generate(ulong seed, ClipSpec spec, ActionKind? action = null, double difficulty = 1, string? shirt = null)
    {
        var random = new SeededRandom(seed);
        var drawn = Draw(random);
        var kind = action ?? drawn;
        var words = ActionCatalog.Of(kind);
        var performed = words.ReverseOf ?? kind;

        var height = random.Next(72, 129);
        var width = (int)(height * (1 + 0.78 * random.NextDouble()));
        var look = SceneLook.Random(random, 2, difficulty);
        Body[] bodies = [Body.Random(random), Body.Random(random)];
        var style = MotionStyle.Random(random);
        var seen = spec.Resize == ResizeRule.CenterCrop ? Math.Min(width, height) : width;
        var take = Take.Random(performed, style, (spec.Frames - 1) / spec.SampleFps, seen / (double)height / look.Scale / 2, difficulty, random);
        if (shirt is not null)
            look = look.WithShirt(shirt, random);
        var choreography = new Choreography([take.Part], bodies[..words.People], take.StartX);

        using var renderer = new SceneRenderer(look, width, height, random);
        var pixels = new byte[spec.ClipBytes];
        for (var t = 0; t < spec.Frames; t++)
        {
            var seconds = t / spec.SampleFps;
            var moment = choreography.At(seconds);
            if (take.Bystander is { } x)
                moment = moment with { Stances = [.. moment.Stances, Motion.Idle(style, seconds, 2) with { X = x }] };
            if (performed != ActionKind.OpensDoor)
                moment = moment with { DoorOpen = take.DoorOpen };
            var place = words.ReverseOf is null ? t : spec.Frames - 1 - t;
            Fit(renderer.Draw(moment, bodies, take.Props, random), spec, pixels.AsSpan(place * spec.FrameBytes, spec.FrameBytes));
        }
        var colour = words.People == 1 ? look.Figures[0].ShirtName : null;
        return new(pixels, kind, colour, Captions.Random(words, colour, random));
    }

    /// <summary>The action of a seed when none is given.</summary>
    public static ActionKind ActionOf(ulong seed) => Draw(new SeededRandom(seed));

    private static ActionKind Draw(SeededRandom random) => (ActionKind)random.Next(ActionCatalog.All.Count);

    private static unsafe void Fit(Mat picture, ClipSpec spec, Span<byte> frame) => FramePreprocessor.Resize(
        new ReadOnlySpan<byte>(picture.DataPointer, picture.Width * picture.Height * 3), picture.Width, picture.Height,
        CropRectangle.Whole(picture.Width, picture.Height), spec.Size, spec.Resize, frame);
}
