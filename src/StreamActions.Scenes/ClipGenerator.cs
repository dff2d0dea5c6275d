// Generates one clip from one seed: an action in a scene.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A generated clip.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3].</param>
/// <param name="Action">The action it shows.</param>
/// <param name="Colour">The performer's shirt colour; null for an action of no or two people.</param>
/// <param name="Caption">A true caption.</param>
internal sealed record GeneratedClip(byte[] Pixels, ActionKind Action, string? Colour, Caption Caption);

/// <summary>Generates clips. The same seed gives the same clip on any thread.</summary>
internal static class ClipGenerator
{
    /// <summary>Generates the clip of a seed.</summary>
    /// <remarks>
    /// The clip of a reversed action has the frames of its partner's clip of the same seed, in reverse order. Only the order of the
    /// frames separates the two actions of a pair.
    /// </remarks>
    /// <param name="seed">Seed of all random choices.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="action">The action, or null for a random one.</param>
    /// <param name="difficulty">0 … 1. 1: the benchmark; 0: the simple scenes at the start of training.</param>
    /// <param name="shirt">Colour of the performer's shirt, or null for a random colour.</param>
    public static GeneratedClip Generate(ulong seed, ClipSpec spec, ActionKind? action = null, double difficulty = 1, string? shirt = null)
    {
        using var scene = new GeneratedScene(seed, spec, action, difficulty, shirt);
        var pixels = new byte[spec.ClipBytes];
        for (var t = 0; t < spec.Frames; t++)
        {
            var place = scene.Performed == scene.Action ? t : spec.Frames - 1 - t;
            scene.Draw(t / spec.SampleFps, pixels.AsSpan(place * spec.FrameBytes, spec.FrameBytes));
        }
        return new(pixels, scene.Action, scene.Shirt, Captions.Random(ActionCatalog.Of(scene.Action), scene.Shirt, scene.Random));
    }

    /// <summary>The random action that <see cref="Generate"/> selects for a seed.</summary>
    public static ActionKind ActionOf(ulong seed) => Draw(new SeededRandom(seed));

    /// <summary>A random action.</summary>
    internal static ActionKind Draw(SeededRandom random) => (ActionKind)random.Next(ActionCatalog.All.Count);
}
