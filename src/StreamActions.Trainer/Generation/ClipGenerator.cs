// One clip from one seed: an action, a scene, eight pictures.
using System.Runtime.InteropServices;
using OpenCvSharp;
using StreamActions.Core.Clips;

namespace StreamActions.Trainer.Generation;

/// <summary>A generated clip.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Action">What happens in it.</param>
/// <param name="Colour">The shirt colour of its only figure; null when there is not just one.</param>
/// <param name="Caption">A caption that is true of it.</param>
internal sealed record GeneratedClip(byte[] Pixels, ActionKind Action, string? Colour, Caption Caption);

/// <summary>Makes clips; the same seed gives the same clip on any thread.</summary>
internal static class ClipGenerator
{
    /// <summary>Share of clips in which a prop stands about that has nothing to do with the action.</summary>
    private const double IdlePropShare = 0.3;

    /// <summary>The clip of a seed, of a given action or of a random one.</summary>
    /// <param name="seed">Decides everything that is not given.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="action">The action, or null for a random one.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    public static GeneratedClip Generate(ulong seed, ClipSpec spec, ActionKind? action = null, double difficulty = 1)
    {
        var random = new Random(Mixed(seed));
        var kind = action ?? (ActionKind)random.Next(ActionCatalog.All.Count);
        var words = ActionCatalog.Of(kind);
        var reversed = words.ReverseOf is not null;
        var performed = words.ReverseOf ?? kind;

        var height = random.Next(72, 129);
        var width = (int)(height * (1 + 0.78 * random.NextDouble()));
        var look = SceneLook.Random(random, words.People, difficulty);
        Body[] bodies = [.. Enumerable.Range(0, words.People).Select(_ => Body.Random(random))];
        var style = MotionStyle.Random(random);
        var take = Take.Random(performed, style, bodies, spec, (double)width / height / look.Scale / 2, difficulty, random);

        using var renderer = new SceneRenderer(look, width, height, random);
        var pixels = new byte[spec.ClipBytes];
        using var small = new Mat(spec.Size, spec.Size, MatType.CV_8UC3);
        for (var t = 0; t < spec.Frames; t++)
        {
            var seconds = t / spec.SampleFps;
            var moment = Motion.At(performed, style, bodies, (seconds - take.Start) / take.Duration, seconds);
            Point2[][] figures = [.. moment.Stances.Select((s, i) => Skeleton.Joints(s with { X = s.X + take.Place }, bodies[i]))];
            var box = moment.Box is { } b ? b + new Point2(take.Place, 0) : (Point2?)null;
            var picture = renderer.Draw(figures, bodies, take.Props, box, take.DoorOpen ?? moment.DoorOpen, random);
            Cv2.Resize(picture, small, small.Size(), 0, 0, InterpolationFlags.Area);
            var place = reversed ? spec.Frames - 1 - t : t;
            Marshal.Copy(small.Data, pixels, place * spec.FrameBytes, spec.FrameBytes);
        }
        var colour = words.People == 1 ? look.Figures[0].ShirtName : null;
        return new(pixels, kind, colour, Captions.Random(words, colour, random));
    }

    // Neighbouring seeds must not give alike streams.
    private static int Mixed(ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
        return (int)(seed ^ (seed >> 31));
    }

    /// <summary>Where and when in a clip an action is performed, and what stands about.</summary>
    private sealed record Take(double Start, double Duration, double Place, Props Props, double? DoorOpen)
    {
        public static Take Random(ActionKind kind, MotionStyle style, Body[] bodies, ClipSpec spec, double halfWidth, double difficulty, Random random)
        {
            var clip = (spec.Frames - 1) / spec.SampleFps;
            // At least 70 % of the movement lies inside the clip.
            var duration = kind == ActionKind.WalksRight ? clip : 0.9 + 1.0 * random.NextDouble();
            var start = kind == ActionKind.WalksRight ? 0 : -0.3 * duration + (clip - 0.4 * duration) * random.NextDouble();
            // Everything that moves stays in the picture, as far as it fits.
            var reach = kind switch
            {
                ActionKind.WalksRight => style.Distance / 2 + 0.15,
                ActionKind.FallsDown => 0.8,
                ActionKind.OpensDoor => 0.65,
                ActionKind.TwoPeopleFighting or ActionKind.TwoPeopleShakingHands => 0.55,
                _ => 0.35,
            };
            var room = Math.Max(0, halfWidth - reach);
            var place = difficulty * room * (2 * random.NextDouble() - 1);
            if (kind is ActionKind.FallsDown or ActionKind.OpensDoor or ActionKind.PicksUpBox)
                place -= style.Side * Math.Min(0.25, halfWidth / 3);   // these need their room on one side
            double Elsewhere() => halfWidth * (2 * random.NextDouble() - 1);
            bool Idle() => random.NextDouble() < difficulty * IdlePropShare;
            var chair = kind == ActionKind.SitsDown ? place : Idle() ? Elsewhere() : (double?)null;
            Point2? box = kind != ActionKind.PicksUpBox && Idle() ? new Point2(Elsewhere(), Motion.BoxHalf) : null;
            double? door = kind == ActionKind.OpensDoor ? place + style.Side * (Motion.DoorDistance + 0.2) : Idle() ? Elsewhere() : null;
            var doorSide = kind == ActionKind.OpensDoor ? -style.Side : random.Next(2) * 2 - 1;
            double? doorOpen = kind == ActionKind.OpensDoor ? null : random.Next(2) * random.NextDouble();
            return new(start, duration, place, new(chair, box, door, doorSide), doorOpen);
        }
    }
}
