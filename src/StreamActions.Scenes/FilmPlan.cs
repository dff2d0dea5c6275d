// Plans a film: turns a list of actions into times, positions and props.
namespace StreamActions.Scenes;

/// <summary>One true event of a film.</summary>
/// <param name="Action">The action's label.</param>
/// <param name="From">Start, in seconds from the film's start.</param>
/// <param name="To">End, in seconds from the film's start.</param>
/// <param name="People">The people involved: 0 is the performer, 1 the second person.</param>
internal sealed record FilmEvent(string Action, double From, double To, IReadOnlyList<int> People);

/// <summary>The plan of a film.</summary>
/// <param name="Parts">The actions.</param>
/// <param name="StartX">The performer's first position, in body heights from the picture's middle.</param>
/// <param name="Props">The props in the room.</param>
/// <param name="Seconds">Length in seconds.</param>
internal sealed record FilmPlan(IReadOnlyList<Part> Parts, double StartX, Props Props, double Seconds)
{
    /// <summary>Idle time before and after each action, in seconds.</summary>
    private const double Idle = 2;
    /// <summary>Time for the second person to walk in or out, in seconds.</summary>
    private const double Approach = 3;
    private const double WalkEnd = 0.45;   // where walks inside the picture end, in body heights from its middle

    private enum Posture { Standing, Seated, Lying, Carrying }

    /// <summary>Plans a film.</summary>
    /// <param name="actions">The actions, in order.</param>
    /// <param name="halfWidth">Half the picture's width, in body heights.</param>
    /// <param name="random">Source of durations and motion style.</param>
    /// <exception cref="SceneException">The order of actions is impossible; the message names the first impossible action.</exception>
    public static FilmPlan Make(IReadOnlyList<ActionKind> actions, double halfWidth, Random random)
    {
        if (actions.Count == 0)
            throw new SceneException("a film needs at least one action");
        var baseStyle = MotionStyle.Random(random);
        var outside = halfWidth + 0.5;
        var posture = Before(actions[0]);
        var x = StartOf(actions, outside);
        bool? open = null;
        double? chair = null, box = null, door = null;
        var doorSide = 1;
        List<Part> parts = [];
        var (now, start, pairBefore) = (0.0, x, false);
        for (var i = 0; i < actions.Count; i++)
        {
            var kind = actions[i];
            SceneException Impossible(string reason) => new($"action {i + 1}, {ActionCatalog.Of(kind).Name}: {reason}");
            var away = Math.Abs(x) >= outside;
            if (posture != Before(kind))
                throw Impossible(
                    $"the person must be {Before(kind).ToString().ToLowerInvariant()} but is {posture.ToString().ToLowerInvariant()}");
            if (away && kind != ActionKind.EmptyRoom && Walk(kind) != -Math.Sign(x))
                throw Impossible($"the person is outside the picture; add walks_{(x < 0 ? "right" : "left")} before it");
            // Actions that need room face the picture's middle.
            var side = x == 0 ? baseStyle.Side : -Math.Sign(x);
            var style = baseStyle with { Side = side, Amplitude = 0.9 + 0.2 * random.NextDouble() };
            var two = ActionCatalog.Of(kind).People == 2;
            now += i == 0 ? (kind == ActionKind.EmptyRoom ? 0 : Idle) : away ? 0.5 : two != pairBefore ? Approach : Idle;
            var length = 3.5 + random.NextDouble();
            var place = x;
            switch (kind)
            {
                case ActionKind.WalksLeft or ActionKind.WalksRight:
                    var leaves = i + 1 < actions.Count && actions[i + 1] == ActionKind.EmptyRoom;
                    place = Walk(kind) * (leaves ? outside : WalkEnd);
                    if (Math.Abs(place - x) < 0.3)
                        throw Impossible("the person is already on that side");
                    length = Math.Abs(place - x) / Choreography.WalkingSpeed;
                    break;
                case ActionKind.EmptyRoom when !away:
                    throw Impossible("the person is still in the picture; add a walk before it");
                case ActionKind.SitsDown or ActionKind.StandsUp:
                    chair = Same(chair, x) ?? throw Impossible("the chair is at another position");
                    break;
                case ActionKind.PicksUpBox or ActionKind.PutsDownBox:
                    box = Same(box, x) ?? throw Impossible("the box is at another position");
                    break;
                case ActionKind.OpensDoor or ActionKind.ClosesDoor:
                    if (open == (kind == ActionKind.OpensDoor))
                        throw Impossible($"the door is already {(open.Value ? "open" : "closed")}");
                    open = kind == ActionKind.OpensDoor;
                    door = Same(door, Props.DoorHinge(x, style)) ?? throw Impossible("the door is at another position");
                    doorSide = -side;
                    break;
            }
            if (ActionCatalog.Partner(kind) is not null && Walk(kind) == 0)
                length = 1.2 + 0.6 * random.NextDouble();
            parts.Add(new(kind, now, now + length, place, style));
            (now, x, posture, pairBefore) = (now + length, place, After(kind), two);
        }
        return new(
            parts, start, new(chair, null, door, doorSide), now + (pairBefore ? Approach : actions[^1] == ActionKind.EmptyRoom ? 0 : Idle));
    }

    /// <summary>The visible events of the film, ordered by start.</summary>
    public IReadOnlyList<FilmEvent> Events(Choreography choreography, double halfWidth)
    {
        List<FilmEvent> events = [];
        var x = StartX;
        foreach (var part in Parts)
        {
            var (from, to) = (part.From, part.To);
            if (Walk(part.Kind) != 0)
            {
                // A walk across the edge counts only while at least half of the body is in view.
                double At(double edge) => part.From + (edge - x) / (part.X - x) * (part.To - part.From);
                from = Math.Max(from, At(Math.Clamp(x, -halfWidth, halfWidth)));
                to = Math.Min(to, At(Math.Clamp(part.X, -halfWidth, halfWidth)));
            }
            events.Add(new(
                ActionCatalog.Of(part.Kind).Name, from, to,
                ActionCatalog.Of(part.Kind).People switch { 0 => [], 1 => [0], _ => [0, 1] }));
            x = part.X;
        }
        events.AddRange(from walk in choreography.SecondPersonWalks(halfWidth)
                        select new FilmEvent(ActionCatalog.Of(walk.Direction < 0 ? ActionKind.WalksLeft : ActionKind.WalksRight).Name,
                            Math.Max(0, walk.From), Math.Min(Seconds, walk.To), [1]));
        return [.. events.Select(e => e with { From = Math.Round(e.From, 2), To = Math.Round(e.To, 2) }).OrderBy(e => e.From)];
    }

    private static double StartOf(IReadOnlyList<ActionKind> actions, double outside)
    {
        var direction = Walk(actions[0] == ActionKind.EmptyRoom && actions.Count > 1 ? actions[1] : actions[0]);
        return actions[0] == ActionKind.EmptyRoom ? (direction < 0 ? outside : -outside) : -direction * WalkEnd;
    }

    private static int Walk(ActionKind kind) => kind switch { ActionKind.WalksLeft => -1, ActionKind.WalksRight => 1, _ => 0 };

    private static double? Same(double? before, double now) => before is null || Math.Abs(before.Value - now) < 1e-9 ? now : null;

    private static Posture Before(ActionKind kind) => kind switch
    {
        ActionKind.StandsUp => Posture.Seated,
        ActionKind.GetsUp => Posture.Lying,
        ActionKind.PutsDownBox => Posture.Carrying,
        _ => Posture.Standing,
    };

    private static Posture After(ActionKind kind) => kind switch
    {
        ActionKind.SitsDown => Posture.Seated,
        ActionKind.FallsDown => Posture.Lying,
        ActionKind.PicksUpBox => Posture.Carrying,
        _ => Posture.Standing,
    };
}
