// One clip from one seed: an action, a scene, eight pictures.
using StreamActions.Core.Clips;

namespace StreamActions.Scenes;

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
        using var scene = new GeneratedScene(seed, spec, action, difficulty, shirt);
        var pixels = new byte[spec.ClipBytes];
        for (var t = 0; t < spec.Frames; t++)
        {
            var place = scene.Performed == scene.Action ? t : spec.Frames - 1 - t;
            scene.Draw(t / spec.SampleFps, pixels.AsSpan(place * spec.FrameBytes, spec.FrameBytes));
        }
        return new(pixels, scene.Action, scene.Shirt, Captions.Random(ActionCatalog.Of(scene.Action), scene.Shirt, scene.Random));
    }

    /// <summary>The action of a seed when none is given.</summary>
    public static ActionKind ActionOf(ulong seed) => Draw(new SeededRandom(seed));

    /// <summary>A random action.</summary>
    internal static ActionKind Draw(SeededRandom random) => (ActionKind)random.Next(ActionCatalog.All.Count);
}
