// Generates long films of one room for the demo, each with a list of its true events.
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamActions.Scenes;

/// <summary>Settings of a film.</summary>
/// <param name="Actions">The actions, in order.</param>
/// <param name="Seed">Seed of appearance, motion style and durations.</param>
/// <param name="Width">Width in pixels, even.</param>
/// <param name="Height">Height in pixels, even.</param>
/// <param name="Fps">Frames per second.</param>
internal sealed record FilmOrder(IReadOnlyList<ActionKind> Actions, ulong Seed, int Width = 320, int Height = 240, double Fps = 12);

/// <summary>The ground truth of a film, written as JSON: the true events.</summary>
/// <param name="Film">The film's file name.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Seconds">Length in seconds.</param>
/// <param name="Shirts">Shirt colours: the performer's, then the second person's if there is one.</param>
/// <param name="Events">The events, ordered by start.</param>
internal sealed record FilmTruth(string Film, ulong Seed, double Seconds, IReadOnlyList<string> Shirts, IReadOnlyList<FilmEvent> Events);

[JsonSerializable(typeof(FilmTruth))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class FilmTruthJson : JsonSerializerContext;

/// <summary>Generates films. Figures have the appearance and motion of the generated clips.</summary>
internal static class FilmMaker
{
    /// <summary>Writes a film to <paramref name="path"/> (MP4), and its ground truth to the same name with <c>.json</c>.</summary>
    /// <exception cref="SceneException">The order of actions is impossible, the size is invalid, or the encoder failed.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static async Task<FilmTruth> WriteAsync(string path, FilmOrder order, CancellationToken cancellation)
    {
        var film = Film.Plan(order);
        using var renderer = new SceneRenderer(film.Look, order.Width, order.Height, film.Random);
        var file = new VideoFileWriter(path, order.Width, order.Height, order.Fps);
        await using var closing = file.ConfigureAwait(false);
        var pixels = new byte[order.Width * order.Height * 3];
        for (var n = 0; n / order.Fps < film.Timetable.Seconds; n++)
        {
            var picture = renderer.Draw(film.Choreography.At(n / order.Fps), film.Bodies, film.Timetable.Props, film.Random);
            Marshal.Copy(picture.Data, pixels, 0, pixels.Length);
            await file.WriteAsync(pixels, cancellation).ConfigureAwait(false);
        }
        await file.FinishAsync(cancellation).ConfigureAwait(false);
        var truth = film.Truth(Path.GetFileName(path));
        var json = JsonSerializer.Serialize(truth, FilmTruthJson.Default.FilmTruth) + "\n";
        await File.WriteAllTextAsync(Path.ChangeExtension(path, ".json"), json, cancellation).ConfigureAwait(false);
        return truth;
    }

    /// <summary>The ground truth of a film, without rendering it.</summary>
    /// <exception cref="SceneException">The order of actions is impossible, or the size is invalid.</exception>
    public static FilmTruth Truth(string fileName, FilmOrder order) => Film.Plan(order).Truth(fileName);

    private sealed record Film(
        FilmOrder Order, SceneLook Look, Body[] Bodies, FilmPlan Timetable, Choreography Choreography, double HalfWidth, Random Random)
    {
        public static Film Plan(FilmOrder order)
        {
            if (order.Width < 16 || order.Height < 16 || order.Width % 2 != 0 || order.Height % 2 != 0)
                throw new SceneException($"film size {order.Width}x{order.Height}: width and height must be even and at least 16 pixels");
            var random = new SeededRandom(order.Seed);
            // Medium-sized figures, and little noise so that the file stays small.
            var varied = SceneLook.Random(random, 2, minScale: 0.56, maxScale: 0.62);
            var look = varied with { Noise = 1, Blur = 0, Shake = 0, Compression = 0, Light = 1 };
            Body[] bodies = [Body.Random(random), Body.Random(random)];
            var halfWidth = (double)order.Width / order.Height / look.Scale / 2;
            var timetable = FilmPlan.Make(order.Actions, halfWidth, random);
            var people = timetable.Parts.Any(p => ActionCatalog.Of(p.Kind).People == 2) ? 2 : 1;
            return new(order, look, bodies, timetable, new(timetable.Parts, bodies[..people], timetable.StartX), halfWidth, random);
        }

        public FilmTruth Truth(string fileName)
        {
            var people = Timetable.Parts.Max(p => ActionCatalog.Of(p.Kind).People);
            return new(fileName, Order.Seed, Math.Round(Timetable.Seconds, 2), [.. Look.Figures.Take(people).Select(f => f.ShirtName)],
                Timetable.Events(Choreography, HalfWidth));
        }
    }
}
