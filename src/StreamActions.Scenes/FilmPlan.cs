// From a list of actions to a film's timetable: who does what when, and where everything stands.
namespace StreamActions.Scenes;

/// <summary>Something that a film shows.</summary>
/// <param name="Action">The action's label.</param>
/// <param name="From">When it begins, in seconds from the film's start.</param>
/// <param name="To">When it is over.</param>
/// <param name="People">Who does it: 0 is the performer, 1 the other person.</param>
internal sealed record FilmEvent(string Action, double From, double To, IReadOnlyList<int> People);

/// <summary>A film's timetable.</summary>
/// <param name="Parts">The actions.</param>
/// <param name="StartX">Where the performer stands first, in body heights from the middle.</param>
/// <param name="Props">What stands in the room.</param>
/// <param name="Seconds">The film's length.</param>
internal sealed record FilmPlan(IReadOnlyList<Part> Parts, double StartX, Props Props, double Seconds)
{
    /// <summary>Standing about before and after each action.</summary>
    private const double Idle = 2;
    /// <summary>Time for the other person to come and to go.</summary>
    private const double Approach = 3;
    private const double Turning = 0.45;   // how far from the middle walks end

    private enum Posture { Standing, Seated, Lying, Carrying }

    /// <summary>Plans a film.</summary>
    /// <param name="actions">What happens, in order.</param>
    /// <param name="halfWidth">Half the picture's width in body heights.</param>
    /// <param name="random">For durations and manners.</param>
    /// <exception cref="SceneException">The actions cannot follow each other so; the message names the first that cannot.</exception>
    public static FilmPlan Make(IReadOnlyList<ActionKind> actions, double halfWidth, Random random)
    {
        if (actions.Count == 0)
            throw new SceneException("a film needs at least one action");
        var manner = MotionStyle.Random(random);
        var outside = halfWidth + 0.5;
        var posture = Before(actions[0]);
        var x = StartOf(actions, outside);
        bool? open = null;
        double? chair = null, box = null, door = null;
        var doorSide = 1;
        List<Part> parts = [];
        var (now, start, crowded) = (0.0, x, false);
        for (var i = 0; i < actions.Count; i++)
        {
            var kind = actions[i];
            SceneException Impossible(string why) => new($"action {i + 1}, {ActionCatalog.Of(kind).Name}: {why}");
            var away = Math.Abs(x) >= outside;
            if (posture != Before(kind))
                throw Impossible(
                    $"the person must be {Before(kind).ToString().ToLowerInvariant()}, and is {posture.ToString().ToLowerInvariant()}");
            if (away && kind != ActionKind.Nobody && Walk(kind) != -Math.Sign(x))
                throw Impossible($"the person is out of the picture, and must first walk {(x < 0 ? "right" : "left")} into it");
            // Whatever needs room turns to where there is some.
            var side = x == 0 ? manner.Side : -Math.Sign(x);
            var style = manner with { Side = side, Amplitude = 0.9 + 0.2 * random.NextDouble() };
            var two = ActionCatalog.Of(kind).People == 2;
            now += i == 0 ? (kind == ActionKind.Nobody ? 0 : Idle) : away ? 0.5 : two != crowded ? Approach : Idle;
            var length = 3.5 + random.NextDouble();
            var place = x;
            switch (kind)
            {
                case ActionKind.WalksLeft or ActionKind.WalksRight:
                    var leaves = i + 1 < actions.Count && actions[i + 1] == ActionKind.Nobody;
                    place = Walk(kind) * (leaves ? outside : Turning);
                    if (Math.Abs(place - x) < 0.3)
                        throw Impossible("the person is already at that side");
                    length = Math.Abs(place - x) / Choreography.WalkingSpeed;
                    break;
                case ActionKind.Nobody when !away:
                    throw Impossible("the person is in the picture; let it walk out first");
                case ActionKind.SitsDown or ActionKind.StandsUp:
                    chair = Same(chair, x) ?? throw Impossible("the chair stands elsewhere");
                    break;
                case ActionKind.PicksUpBox or ActionKind.PutsDownBox:
                    box = Same(box, x) ?? throw Impossible("the box lies elsewhere");
                    break;
                case ActionKind.OpensDoor or ActionKind.ClosesDoor:
                    if (open == (kind == ActionKind.OpensDoor))
                        throw Impossible($"the door is already {(open.Value ? "open" : "closed")}");
                    open = kind == ActionKind.OpensDoor;
                    door = Same(door, Props.DoorHinge(x, style)) ?? throw Impossible("the door is elsewhere");
                    doorSide = -side;
                    break;
            }
            if (ActionCatalog.Partner(kind) is not null && Walk(kind) == 0)
                length = 1.2 + 0.6 * random.NextDouble();
            parts.Add(new(kind, now, now + length, place, style));
            (now, x, posture, crowded) = (now + length, place, After(kind), two);
        }
        return new(
            parts, start, new(chair, null, door, doorSide), now + (crowded ? Approach : actions[^1] == ActionKind.Nobody ? 0 : Idle));
    }

    /// <summary>What happens in the film, in the order of beginning; only what is in view.</summary>
    public IReadOnlyList<FilmEvent> Events(Choreography choreography, double halfWidth)
    {
        List<FilmEvent> events = [];
        var x = StartX;
        foreach (var part in Parts)
        {
            var (from, to) = (part.From, part.To);
            if (Walk(part.Kind) != 0)
            {
                // A walk in or out counts from where half the body is in view.
                double At(double edge) => part.From + (edge - x) / (part.X - x) * (part.To - part.From);
                from = Math.Max(from, At(Math.Clamp(x, -halfWidth, halfWidth)));
                to = Math.Min(to, At(Math.Clamp(part.X, -halfWidth, halfWidth)));
            }
            events.Add(new(
                ActionCatalog.Of(part.Kind).Name, from, to,
                ActionCatalog.Of(part.Kind).People switch { 0 => [], 1 => [0], _ => [0, 1] }));
            x = part.X;
        }
        events.AddRange(from walk in choreography.OtherWalks(halfWidth)
                        select new FilmEvent(ActionCatalog.Of(walk.Direction < 0 ? ActionKind.WalksLeft : ActionKind.WalksRight).Name,
                            Math.Max(0, walk.From), Math.Min(Seconds, walk.To), [1]));
        return [.. events.Select(e => e with { From = Math.Round(e.From, 2), To = Math.Round(e.To, 2) }).OrderBy(e => e.From)];
    }

    private static double StartOf(IReadOnlyList<ActionKind> actions, double outside)
    {
        var direction = Walk(actions[0] == ActionKind.Nobody && actions.Count > 1 ? actions[1] : actions[0]);
        return actions[0] == ActionKind.Nobody ? (direction < 0 ? outside : -outside) : -direction * Turning;
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
