// A sequence of actions as one continuous movement, for clips of seconds and films of minutes.
namespace StreamActions.Scenes;

/// <summary>One action of a choreography.</summary>
/// <param name="Kind">The action.</param>
/// <param name="From">Start, in seconds.</param>
/// <param name="To">End, in seconds.</param>
/// <param name="X">The performer's position, in body heights from the picture's middle. For a walk, the position at its end.</param>
/// <param name="Style">How the action is performed. In an action of two people, the second person is on the style's side.</param>
internal readonly record struct Part(ActionKind Kind, double From, double To, double X, MotionStyle Style);

/// <summary>
/// Maps a time to the stances of the figures and the state of the props; pure. Between parts the performer holds the last pose and
/// blends into the next one. The second person walks in for an action of two people and walks out after it.
/// </summary>
internal sealed class Choreography
{
    /// <summary>Half the distance between two idle people, in body heights.</summary>
    public const double HalfDistance = 0.36;

    /// <summary>Body heights per second.</summary>
    public const double WalkingSpeed = 0.5;

    private const double Blend = 0.5;     // seconds from one pose to another
    private const double Ramp = 0.3;      // seconds until a repeated movement has its full amplitude
    private const double Reach = 0.7;     // seconds until a held pose is reached
    // The second person stays for the next action of two if it begins within this many seconds. In a longer gap there is time to
    // walk out of view and back.
    private const double MaxWait = 8;
    private readonly Part[] _parts, _pairActions, _boxes, _doors;
    private readonly IReadOnlyList<Body> _bodies;
    private readonly double _startX;

    /// <summary>A choreography of at least one part.</summary>
    /// <param name="parts">Ordered by time, without overlap.</param>
    /// <param name="bodies">The performer's body, then the second person's.</param>
    /// <param name="startX">The performer's position before the first part.</param>
    public Choreography(IEnumerable<Part> parts, IReadOnlyList<Body> bodies, double startX)
    {
        (_parts, _bodies, _startX) = ([.. parts], bodies, startX);
        _pairActions = [.. _parts.Where(p => ActionCatalog.Of(p.Kind).People == 2)];
        _boxes = [.. _parts.Where(p => Performed(p) == ActionKind.PicksUpBox)];
        _doors = [.. _parts.Where(p => Performed(p) == ActionKind.OpensDoor)];
    }

    /// <summary>The scene at a time; positions in body heights from the picture's middle.</summary>
    public Moment At(double seconds) => new(
        [.. _bodies.Select((_, figure) => figure == 0 ? Performer(seconds) : SecondPerson(seconds))],
        _boxes.Length == 0 ? null : PropsOf(_boxes, seconds) is { Moment.Box: { } box } at ? box + new Point2(at.Part.X, 0) : null,
        _doors.Length == 0 ? 0 : PropsOf(_doors, seconds).Moment.DoorOpen);

    /// <summary>The times at which the second person walks in or out within the visible picture.</summary>
    /// <param name="halfWidth">Half the visible width, in body heights.</param>
    /// <returns>Start and end in seconds, and the direction: −1 left, +1 right.</returns>
    public IEnumerable<(double From, double To, int Direction)> SecondPersonWalks(double halfWidth)
    {
        for (var i = 0; i < _pairActions.Length; i++)
        {
            var part = _pairActions[i];
            var way = Math.Max(0, halfWidth - part.Style.Side * SecondPersonX(part)) / WalkingSpeed;
            if (!StaysAfter(i - 1))
                yield return (part.From - way, part.From, -part.Style.Side);
            if (!StaysAfter(i))
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

    // Before its start a part holds its first pose, after its end its last pose.
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
            case ActionKind.StandsStill or ActionKind.EmptyRoom:
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

    private Stance SecondPerson(double t)
    {
        var i = Math.Max(0, Array.FindLastIndex(_pairActions, p => p.From <= t));
        if (i + 1 < _pairActions.Length && !StaysAfter(i) && t > (_pairActions[i].To + _pairActions[i + 1].From) / 2)
            i++;
        var part = _pairActions[i];
        var idle = Motion.Idle(part.Style, t, 2) with { X = SecondPersonX(part) };
        // Swap the arms so that the two people do not stand in the same pose.
        idle = idle with { LeftArm = idle.RightArm, LeftElbow = idle.RightElbow, RightArm = idle.LeftArm, RightElbow = idle.LeftElbow };
        var away = t < part.From ? part.From - t : !StaysAfter(i) ? Math.Max(0, t - part.To) : 0;
        if (away > 0)
        {
            var x = idle.X + part.Style.Side * WalkingSpeed * away;
            return Stance.Mix(idle with { X = x }, Motion.Walk(part.Style, idle, t, x), Smooth(Math.Min(1, away / Ramp)));
        }
        if (t > part.To && i + 1 < _pairActions.Length)
        {
            var next = _pairActions[i + 1];
            return idle with { X = idle.X + (SecondPersonX(next) - idle.X) * Math.Clamp((t - part.To) / (next.From - part.To), 0, 1) };
        }
        var acting = Motion.At(part.Kind, part.Style, Ordered(part), 0, t).Stances[part.Style.Side > 0 ? 1 : 0];
        return Stance.Mix(idle, acting with { X = acting.X + Centre(part) }, Weight(part, t));
    }

    // True if the second person stays in view between the i-th action of two people and the next.
    private bool StaysAfter(int i) => i >= 0 && i + 1 < _pairActions.Length && _pairActions[i + 1].From - _pairActions[i].To < MaxWait
        && _pairActions[i].Style.Side == _pairActions[i + 1].Style.Side;

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

    // Left person first.
    private IReadOnlyList<Body> Ordered(Part part) => part.Style.Side > 0 ? _bodies : [_bodies[1], _bodies[0]];

    private static ActionKind Performed(Part part) => ActionCatalog.Of(part.Kind).ReverseOf ?? part.Kind;

    private static double Centre(Part part) => part.X + part.Style.Side * HalfDistance;

    private static double SecondPersonX(Part part) => part.X + part.Style.Side * 2 * HalfDistance;

    private static double Progress(Part part, double t) => (t - part.From) / (part.To - part.From);

    private static double Weight(Part part, double t, double ramp = Ramp) =>
        Smooth(Math.Clamp((t - part.From) / ramp, 0, 1)) * Smooth(Math.Clamp((part.To - t) / ramp, 0, 1));

    private static double Smooth(double x) => x * x * (3 - 2 * x);
}
