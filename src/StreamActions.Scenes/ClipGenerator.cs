// Generates one clip from one seed: an action in a scene.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

/// <summary>A generated clip.</summary>
/// <param name="Pixels">uint8 RGB [T, S, S, 3], with the earlier frames before them.</param>
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
    /// <param name="earlier">
    /// Number of frames of the same scene to add before the clip. They change nothing in the clip, except that a second person who would
    /// walk in during them in a novel composition wears another shirt.
    /// </param>
    public static GeneratedClip Generate(
        ulong seed, ClipSpec spec, ActionKind? action = null, double difficulty = 1, string? shirt = null, int earlier = 0)
    {
        using var scene = new GeneratedScene(
            seed, spec, action, difficulty, shirt, new() { EarlierSeconds = earlier / spec.SampleFps });
        var drawing = new ClipDrawing(scene, spec, earlier) { Backwards = scene.Performed != scene.Action };
        drawing.DrawClip();
        var caption = Captions.Random(ActionCatalog.Of(scene.Action), scene.Shirt, scene.Random);
        drawing.DrawEarlier();
        return new(drawing.Pixels, scene.Action, scene.Shirt, caption);
    }

    /// <summary>The random action that <see cref="Generate"/> selects for a seed.</summary>
    public static ActionKind ActionOf(ulong seed) => Draw(new SeededRandom(seed));

    /// <summary>A random action.</summary>
    internal static ActionKind Draw(SeededRandom random) => (ActionKind)random.Next(ActionCatalog.All.Count);
}
