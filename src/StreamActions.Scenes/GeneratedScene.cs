// One performance of an action in one scene, from one seed. Clips and images are drawn from it.
using OpenCvSharp;
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Scenes;

/// <summary>What a scene shows besides its action.</summary>
/// <param name="Phase">The phase of the action that the clip shows.</param>
/// <param name="Other">Colour of the second person's shirt, or null for a random colour.</param>
/// <param name="EarlierSeconds">Time before the clip's first frame that pictures show too.</param>
internal readonly record struct Staging(ActionPhase Phase, string? Other, double EarlierSeconds);

/// <summary>
/// A scene in which an action is performed. The seed decides all random choices; the noise also depends on the drawing order.
/// </summary>
internal sealed class GeneratedScene : IDisposable
{
    private readonly ClipSpec _spec;
    private readonly ActionWords _words;
    private readonly MotionStyle _style;
    private readonly Take _take;
    private readonly Body[] _bodies;
    private readonly Choreography _choreography;
    private readonly SceneLook _look;
    private readonly SceneRenderer _renderer;
    private readonly Staging _staging;

    /// <summary>Prepares a scene.</summary>
    /// <param name="seed">Seed of all random choices.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="action">The action, or null for a random one.</param>
    /// <param name="difficulty">0 … 1. 1: the benchmark; 0: the simple scenes at the start of training.</param>
    /// <param name="shirt">Colour of the performer's shirt, or null for a random colour.</param>
    /// <param name="staging">What the scene shows besides the action.</param>
    public GeneratedScene(ulong seed, ClipSpec spec, ActionKind? action, double difficulty, string? shirt, Staging staging = default)
    {
        (_spec, _staging) = (spec, staging);
        Random = new SeededRandom(seed);
        var drawn = ClipGenerator.Draw(Random);
        Action = action ?? drawn;
        _words = ActionCatalog.Of(Action);

        var height = Random.Next(72, 129);
        var width = (int)(height * (1 + 0.78 * Random.NextDouble()));
        _look = SceneLook.Random(Random, 2, difficulty);
        _bodies = [Body.Random(Random), Body.Random(Random)];
        _style = MotionStyle.Random(Random);
        var seen = spec.Resize == ResizeRule.CenterCrop ? Math.Min(width, height) : width;
        _take = Take.Random(Performed, _style, Seconds, seen / (double)height / _look.Scale / 2, difficulty, Random)
            .ForPhase(staging.Phase, Seconds, Random);
        if (shirt is not null)
            _look = _look.WithShirt(shirt, Random);
        if (staging.Other is not null)
            _look = _look.WithShirt(staging.Other, Random, figure: 1);
        // The incidental people must not show a novel composition either. The new shirt uses random numbers of its own, so the
        // scene's random sequence stays the same.
        if (Incidental.Any(Compositions.IsNovel))
            _look = _look.WithShirt(Compositions.BaseShirt([.. Incidental.Select(c => c.Action)], Seeds.Of(seed, 7)),
                new SeededRandom(Seeds.Of(seed, 8)), figure: 1);
        _choreography = new Choreography([_take.Part], _bodies[.._words.People], _take.StartX);
        _renderer = new SceneRenderer(_look, width, height, Random);
    }

    /// <summary>Random numbers of the scene; after construction, for the noise and the caption.</summary>
    public SeededRandom Random { get; }

    /// <summary>The action that the clip shows.</summary>
    public ActionKind Action { get; }

    /// <summary>The action that is drawn: for a reversed action, its partner.</summary>
    public ActionKind Performed => _words.ReverseOf ?? Action;

    /// <summary>Time from the clip's first to its last frame, in seconds.</summary>
    public double Seconds => (_spec.Frames - 1) / _spec.SampleFps;

    /// <summary>Colour of the performer's shirt; null for an action of no or two people.</summary>
    public string? Shirt => _words.People == 1 ? _look.Figures[0].ShirtName : null;

    /// <summary>Shirt colours of all people in the picture: the performer's first, then the second person's or the bystander's.</summary>
    public IReadOnlyList<string> Shirts =>
        [.. _look.Figures.Take(_words.People + (_take.Bystander is null ? 0 : 1)).Select(f => f.ShirtName)];

    /// <summary>
    /// Compositions shown besides the action: a bystander stands still; the second person of an action of two walks in or out.
    /// </summary>
    public IReadOnlyList<Composition> Incidental
    {
        get
        {
            List<ActionKind> seen = [];
            if (_take.Bystander is not null)
                seen.Add(ActionKind.StandsStill);
            // The second person walks in from the style's side and walks out to the same side.
            if (_words.People == 2 && _take.Part.From > -_staging.EarlierSeconds)
                seen.Add(Side > 0 ? ActionKind.WalksLeft : ActionKind.WalksRight);
            if (_words.People == 2 && _take.Part.To < Seconds)
                seen.Add(Side > 0 ? ActionKind.WalksRight : ActionKind.WalksLeft);
            return [.. seen.Select(action => new Composition(action, _look.Figures[1].ShirtName))];
        }
    }

    /// <summary>Progress of <see cref="Performed"/> at a time: 0 at its start, 1 at its end; below 0 before, above 1 after.</summary>
    public double Progress(double seconds) => (seconds - _take.Part.From) / (_take.Part.To - _take.Part.From);

    /// <summary>The style's side: the side from which the second person walks in, and to which they walk out.</summary>
    public int Side => _style.Side;

    /// <summary>Draws the picture of <see cref="Performed"/> at a time, resized to the clip specification.</summary>
    public unsafe void Draw(double seconds, Span<byte> frame)
    {
        var moment = _choreography.At(seconds);
        if (_take.Bystander is { } x)
            moment = moment with { Stances = [.. moment.Stances, Motion.Idle(_style, seconds, 2) with { X = x }] };
        if (Performed != ActionKind.OpensDoor)
            moment = moment with { DoorOpen = _take.DoorOpen };
        Mat picture = _renderer.Draw(moment, _bodies, _take.Props, Random);
        FramePreprocessor.Resize(
            new ReadOnlySpan<byte>(picture.DataPointer, picture.Width * picture.Height * 3), picture.Width, picture.Height,
            CropRectangle.Whole(picture.Width, picture.Height), _spec.Size, _spec.Resize, frame);
    }

    public void Dispose() => _renderer.Dispose();
}
