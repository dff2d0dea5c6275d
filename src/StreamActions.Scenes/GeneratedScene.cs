// One performance in one scene, from one seed: what clips and images are drawn from.
using OpenCvSharp;
using StreamActions.Core.Clips;
using StreamActions.Video;

namespace StreamActions.Scenes;

/// <summary>
/// A scene in which an action is performed. All chance comes from the seed, the pictures' noise in the order they are drawn.
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

    /// <summary>Prepares a scene.</summary>
    /// <param name="seed">Decides everything that is not given.</param>
    /// <param name="spec">Size and timing.</param>
    /// <param name="action">The action, or null for a random one.</param>
    /// <param name="difficulty">1 for the benchmark; down to 0 for the bare scenes that learning starts with.</param>
    /// <param name="shirt">Colour of the performer's shirt, or null for a random one.</param>
    /// <param name="phase">What of the action the pictures show.</param>
    /// <param name="other">Colour of the shirt of the other person of an action of two, or null for a random one.</param>
    public GeneratedScene(ulong seed, ClipSpec spec, ActionKind? action, double difficulty, string? shirt,
        ActionPhase phase = ActionPhase.During, string? other = null)
    {
        _spec = spec;
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
            .In(phase, Seconds, Random);
        if (shirt is not null)
            _look = _look.WithShirt(shirt, Random);
        if (other is not null)
            _look = _look.WithShirt(other, Random, figure: 1);
        // What is seen beside the action is not kept for the test either. Other chance than the scene's, which stays what it was.
        if (Beside.Any(Compositions.IsNovel))
            _look = _look.WithShirt(Compositions.BaseShirt([.. Beside.Select(c => c.Action)], Seeds.Of(seed, 7)),
                new SeededRandom(Seeds.Of(seed, 8)), figure: 1);
        _choreography = new Choreography([_take.Part], _bodies[.._words.People], _take.StartX);
        _renderer = new SceneRenderer(_look, width, height, Random);
    }

    /// <summary>Where chance comes from; after the scene is made, for the noise and the caption.</summary>
    public SeededRandom Random { get; }

    /// <summary>What happens.</summary>
    public ActionKind Action { get; }

    /// <summary>What the figures really do: an action that is another one played backwards is drawn forwards.</summary>
    public ActionKind Performed => _words.ReverseOf ?? Action;

    /// <summary>From the clip's first to its last frame.</summary>
    public double Seconds => (_spec.Frames - 1) / _spec.SampleFps;

    /// <summary>The performer's shirt; null when there is not just one performer.</summary>
    public string? Shirt => _words.People == 1 ? _look.Figures[0].ShirtName : null;

    /// <summary>The shirts of everybody in the picture: the performer's first, then the other person's or a bystander's.</summary>
    public IReadOnlyList<string> Shirts =>
        [.. _look.Figures.Take(_words.People + (_take.Bystander is null ? 0 : 1)).Select(f => f.ShirtName)];

    /// <summary>
    /// What somebody who does not perform is seen to do: a bystander stands still, the other person of an action of two comes or goes.
    /// </summary>
    public IReadOnlyList<Composition> Beside
    {
        get
        {
            List<ActionKind> seen = [];
            if (_take.Bystander is not null)
                seen.Add(ActionKind.StandsStill);
            // The other one comes from the style's side and goes back there.
            if (_words.People == 2 && _take.Part.From > 0)
                seen.Add(Side > 0 ? ActionKind.WalksLeft : ActionKind.WalksRight);
            if (_words.People == 2 && _take.Part.To < Seconds)
                seen.Add(Side > 0 ? ActionKind.WalksRight : ActionKind.WalksLeft);
            return [.. seen.Select(action => new Composition(action, _look.Figures[1].ShirtName))];
        }
    }

    /// <summary>How much of <see cref="Performed"/> is done at a time: 0 before … 1 after, outside when it is not going on.</summary>
    public double Progress(double seconds) => (seconds - _take.Part.From) / (_take.Part.To - _take.Part.From);

    /// <summary>The style's side: with two people, where the other one comes from and goes to.</summary>
    public int Side => _style.Side;

    /// <summary>Draws the picture of a time of <see cref="Performed"/>.</summary>
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
