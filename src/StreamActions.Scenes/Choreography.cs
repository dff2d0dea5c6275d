// Actions one after another as one continuous movement: what a clip shows for seconds and a film for a minute.
namespace StreamActions.Scenes;

/// <summary>One action of a choreography.</summary>
/// <param name="Kind">The action.</param>
/// <param name="From">When it begins, in seconds.</param>
/// <param name="To">When it is over.</param>
/// <param name="X">Where the performer stands at its end, in body heights from the picture's middle; unless it walks, from its
/// beginning.</param>
/// <param name="Style">How it is performed. With two people, the other one is on the style's side.</param>
internal readonly record struct Part(ActionKind Kind, double From, double To, double X, MotionStyle Style);

/// <summary>
/// Pure: a time gives the figures' stances and the props' state. Between parts the performer keeps the last pose and passes smoothly
/// into the next one; the other person walks in for actions of two and leaves afterwards.
/// </summary>
internal sealed class Choreography
{
    /// <summary>From where people meet to where each of them stands before and after.</summary>
    public const double Meeting = 0.36;

    /// <summary>Body heights per second.</summary>
    public const double WalkingSpeed = 0.5;

    private const double Blend = 0.5;     // seconds from one pose to another
    private const double Ramp = 0.3;      // seconds in which a repeated movement comes to its full size
    private const double Reach = 0.7;     // seconds in which a pose is reached that is then held
    // seconds for which the other person waits for the next action of two, enough to be out of view in half of it
    private const double Patience = 8;
    private readonly Part[] _parts, _twos, _boxes, _doors;
    private readonly IReadOnlyList<Body> _bodies;
    private readonly double _startX;

    /// <summary>A choreography of at least one part.</summary>
    /// <param name="parts">In order of time, not overlapping.</param>
    /// <param name="bodies">The performer's body, then the other person's.</param>
    /// <param name="startX">Where the performer stands before the first part.</param>
    public Choreography(IEnumerable<Part> parts, IReadOnlyList<Body> bodies, double startX)
    {
        (_parts, _bodies, _startX) = ([.. parts], bodies, startX);
        _twos = [.. _parts.Where(p => ActionCatalog.Of(p.Kind).People == 2)];
        _boxes = [.. _parts.Where(p => Performed(p) == ActionKind.PicksUpBox)];
        _doors = [.. _parts.Where(p => Performed(p) == ActionKind.OpensDoor)];
    }

    /// <summary>What the scene looks like at a time, in body heights from the picture's middle.</summary>
    public Moment At(double seconds) => new(
        [.. _bodies.Select((_, figure) => figure == 0 ? Performer(seconds) : Other(seconds))],
        _boxes.Length == 0 ? null : PropsOf(_boxes, seconds) is { Moment.Box: { } box } at ? box + new Point2(at.Part.X, 0) : null,
        _doors.Length == 0 ? 0 : PropsOf(_doors, seconds).Moment.DoorOpen);

    /// <summary>Where the other person is in view of a picture so many body heights wide to each side, walking in or out.</summary>
    /// <returns>Walks of the other person: from, to, and the direction of the walk.</returns>
    public IEnumerable<(double From, double To, int Direction)> OtherWalks(double halfWidth)
    {
        for (var i = 0; i < _twos.Length; i++)
        {
            var part = _twos[i];
            var way = Math.Max(0, halfWidth - part.Style.Side * OtherX(part)) / WalkingSpeed;
            if (!Waits(i - 1))
                yield return (part.From - way, part.From, -part.Style.Side);
            if (!Waits(i))
                yield return (part.To, part.To + way, part.Style.Side);
        }
    }

    private Stance Performer(double t)
    {
        var i = Math.Max(0, Array.FindLastIndex(_parts, p => p.From <= t));
        var stance = PerformerIn(i, t);
        if (i + 1 == _parts.Length)
            return stance;
        var next = _parts[i + 1].From;
        var begin = Math.Max(_parts[i].To, next - Blend);
        return t <= begin ? stance : Stance.Mix(stance, PerformerIn(i + 1, t), Smooth((t - begin) / (next - begin)));
    }

    // Before and after its time, a part holds its first and last pose.
    private Stance PerformerIn(int i, double t)
    {
        var part = _parts[i];
        var before = i == 0 ? _startX : _parts[i - 1].X;
        var idle = Motion.Idle(part.Style, t, 0) with { X = part.X };
        switch (Performed(part))
        {
            case ActionKind.WalksRight:
                var k = Math.Clamp(Progress(part, t), 0, 1);
                var x = before + (part.X - before) * (0.75 * k + 0.25 * Smooth(k));
                return Stance.Mix(idle with { X = x }, Motion.Walk(part.Style, idle, t, x), Weight(part, t));
            case ActionKind.StandsStill or ActionKind.Nobody:
                return idle;
            case ActionKind.WavesHand or ActionKind.Jumps or ActionKind.HandsUp or ActionKind.Crouches:
                var one = Motion.At(part.Kind, part.Style, _bodies, 0, t).Stances[0];
                return Stance.Mix(idle, one with { X = one.X + part.X },
                    Weight(part, t, part.Kind is ActionKind.HandsUp or ActionKind.Crouches ? Reach : Ramp));
            case var kind when ActionCatalog.Of(kind).People == 2:
                var mine = Motion.At(kind, part.Style, Ordered(part), 0, t).Stances[part.Style.Side > 0 ? 0 : 1];
                return Stance.Mix(idle, mine with { X = mine.X + Centre(part) }, Weight(part, t));
            default:
                var stance = OneOff(part, t).Stances[0];
                return stance with { X = stance.X + part.X };
        }
    }

    private Stance Other(double t)
    {
        var i = Math.Max(0, Array.FindLastIndex(_twos, p => p.From <= t));
        if (i + 1 < _twos.Length && !Waits(i) && t > (_twos[i].To + _twos[i + 1].From) / 2)
            i++;
        var part = _twos[i];
        var idle = Motion.Idle(part.Style, t, 2) with { X = OtherX(part) };
        // Two people do not stand alike.
        idle = idle with { LeftArm = idle.RightArm, LeftElbow = idle.RightElbow, RightArm = idle.LeftArm, RightElbow = idle.LeftElbow };
        var away = t < part.From ? part.From - t : !Waits(i) ? Math.Max(0, t - part.To) : 0;
        if (away > 0)
        {
            var x = idle.X + part.Style.Side * WalkingSpeed * away;
            return Stance.Mix(idle with { X = x }, Motion.Walk(part.Style, idle, t, x), Smooth(Math.Min(1, away / Ramp)));
        }
        if (t > part.To && i + 1 < _twos.Length)
        {
            var next = _twos[i + 1];
            return idle with { X = idle.X + (OtherX(next) - idle.X) * Math.Clamp((t - part.To) / (next.From - part.To), 0, 1) };
        }
        var acting = Motion.At(part.Kind, part.Style, Ordered(part), 0, t).Stances[part.Style.Side > 0 ? 1 : 0];
        return Stance.Mix(idle, acting with { X = acting.X + Centre(part) }, Weight(part, t));
    }

    // Whether the other person stays after the i-th action of two for the next one.
    private bool Waits(int i) => i >= 0 && i + 1 < _twos.Length && _twos[i + 1].From - _twos[i].To < Patience
        && _twos[i].Style.Side == _twos[i + 1].Style.Side;

    private (Part Part, Moment Moment) PropsOf(Part[] parts, double t)
    {
        var part = parts[Math.Max(0, Array.FindLastIndex(parts, p => p.From <= t))];
        return (part, OneOff(part, t));
    }

    private Moment OneOff(Part part, double t)
    {
        var progress = Progress(part, t);
        var reversed = ActionCatalog.Of(part.Kind).ReverseOf is not null;
        return Motion.At(Performed(part), part.Style, _bodies, reversed ? 1 - progress : progress, t);
    }

    // Whoever stands on the left comes first.
    private IReadOnlyList<Body> Ordered(Part part) => part.Style.Side > 0 ? _bodies : [_bodies[1], _bodies[0]];

    private static ActionKind Performed(Part part) => ActionCatalog.Of(part.Kind).ReverseOf ?? part.Kind;

    private static double Centre(Part part) => part.X + part.Style.Side * Meeting;

    private static double OtherX(Part part) => part.X + part.Style.Side * 2 * Meeting;

    private static double Progress(Part part, double t) => (t - part.From) / (part.To - part.From);

    private static double Weight(Part part, double t, double ramp = Ramp) =>
        Smooth(Math.Clamp((t - part.From) / ramp, 0, 1)) * Smooth(Math.Clamp((part.To - t) / ramp, 0, 1));

    private static double Smooth(double x) => x * x * (3 - 2 * x);
}
