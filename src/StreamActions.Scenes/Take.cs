// Position and time of an action within a clip, and the other objects and people in the scene.
namespace StreamActions.Scenes;

/// <summary>The part of an action that a clip shows.</summary>
internal enum ActionPhase
{
    /// <summary>Enough of the action to recognise it.</summary>
    During,

    /// <summary>Only the time before: the initial pose, or the second person walking in.</summary>
    Before,

    /// <summary>Only the time after: the final pose, or the second person walking out.</summary>
    After,
}

/// <summary>The random circumstances of one performance.</summary>
/// <param name="Part">The action; times relative to the clip's first frame.</param>
/// <param name="StartX">The performer's first position.</param>
/// <param name="Props">The props in the room.</param>
/// <param name="DoorOpen">Opening of a door without a part in the action, 0 … 1.</param>
/// <param name="Bystander">Position of a bystander; null without one.</param>
internal sealed record Take(Part Part, double StartX, Props Props, double DoorOpen, double? Bystander)
{
    /// <summary>Minimum share of a one-off movement that a clip shows, and of a clip that a lasting action fills.</summary>
    public const double MinShownShare = 0.6;

    private const double IdlePropShare = 0.3;
    private const double BystanderShare = 0.12;
    private const double ContextShare = 0.25;
    // Small enough that a person who walks in or out is still in the picture: the longest gap to the action in seconds, and the
    // room for the walk in body heights.
    private const double LongestGap = 0.4, WalkersRoom = 0.4;

    /// <summary>A random take.</summary>
    /// <param name="kind">An action with its own motion, not a reversed one.</param>
    /// <param name="style">How it is performed.</param>
    /// <param name="seconds">Time from the clip's first to its last frame.</param>
    /// <param name="halfWidth">Half the visible width, in body heights.</param>
    /// <param name="difficulty">0 … 1. 1: any position, with props and bystanders; 0: in the middle, without them.</param>
    /// <param name="random">Source of random numbers.</param>
    public static Take Random(ActionKind kind, MotionStyle style, double seconds, double halfWidth, double difficulty, Random random)
    {
        var walks = kind == ActionKind.WalksRight;
        var two = ActionCatalog.Of(kind).People == 2;
        var (from, to) = kind is ActionKind.SitsDown or ActionKind.PicksUpBox or ActionKind.FallsDown or ActionKind.OpensDoor
            ? OneOffTimes(seconds, random)
            : kind is ActionKind.HandsUp or ActionKind.Crouches ? HeldPoseTimes(kind, seconds, random) : LastingTimes(seconds, random);
        var distance = style.Distance * (to - from) / seconds;
        // The whole movement stays in the picture if there is room for it.
        var reach = kind switch
        {
            ActionKind.WalksRight => style.Distance / 2 + 0.15,
            ActionKind.FallsDown => 0.8,
            ActionKind.OpensDoor => 0.65,
            _ when two => 0.55,
            _ => 0.35,
        };
        var place = difficulty * Math.Max(0, halfWidth - reach) * (2 * random.NextDouble() - 1);
        if (kind is ActionKind.FallsDown or ActionKind.OpensDoor or ActionKind.PicksUpBox)
            place -= style.Side * Math.Min(0.25, halfWidth / 3);   // these movements need room on one side
        var x = two ? place - style.Side * Choreography.HalfDistance : walks ? WalkEnd(place, distance, from, to, seconds) : place;

        double AnyPosition() => halfWidth * (2 * random.NextDouble() - 1);
        bool Idle() => random.NextDouble() < difficulty * IdlePropShare;
        var chair = kind == ActionKind.SitsDown ? place : Idle() ? AnyPosition() : (double?)null;
        Point2? box = kind != ActionKind.PicksUpBox && Idle() ? new Point2(AnyPosition(), Motion.BoxHalf) : null;
        double? door = kind == ActionKind.OpensDoor ? Props.DoorHinge(place, style) : Idle() ? AnyPosition() : null;
        var doorSide = kind == ActionKind.OpensDoor ? -style.Side : random.Next(2) * 2 - 1;
        var bystander = AnyPosition();
        var stands = random.NextDouble() < difficulty * BystanderShare && ActionCatalog.Of(kind).People == 1
            && Math.Abs(bystander - place) > reach + 0.2;
        return new(new(kind, from, to, x, style), walks ? x - distance : x, new(chair, box, door, doorSide),
            random.Next(2) * random.NextDouble(), stands ? bystander : null);
    }

    /// <summary>
    /// The same performance, shifted in time so that the clip shows only the given phase.
    /// </summary>
    /// <param name="phase">The phase that the clip shows.</param>
    /// <param name="seconds">Time from the clip's first to its last frame.</param>
    /// <param name="random">Source of random numbers.</param>
    public Take ForPhase(ActionPhase phase, double seconds, Random random)
    {
        if (phase == ActionPhase.During)
            return this;
        var gap = LongestGap * random.NextDouble();
        var shift = phase == ActionPhase.Before ? seconds + gap - Part.From : -gap - Part.To;
        // A person who walks in or out needs room beside the pair.
        var aside = ActionCatalog.Of(Part.Kind).People < 2 ? 0 : Part.Style.Side * WalkersRoom;
        var part = Part with { From = Part.From + shift, To = Part.To + shift, X = Part.X - aside };
        return this with { Part = part, StartX = StartX - aside };
    }

    // Places the middle of the walk's visible part at the given position.
    private static double WalkEnd(double place, double distance, double from, double to, double seconds)
    {
        var seen = (Math.Max(0, from) + Math.Min(seconds, to)) / 2;
        return place + distance * (to - seen) / (to - from);
    }

    private static (double From, double To) OneOffTimes(double seconds, Random random)
    {
        var duration = 0.9 + 1.0 * random.NextDouble();
        // A short clip limits the duration, so that it can show the minimum share.
        duration = Math.Min(duration, seconds / MinShownShare);
        var hidden = (1 - MinShownShare) * duration;
        var earliest = -hidden;
        var latest = seconds - MinShownShare * duration;
        var from = earliest + (latest - earliest) * random.NextDouble();
        return (from, from + duration);
    }

    // A clip shows most of the way into the pose, or a pose reached before the clip. Hands stay up; a crouching person may stand up again.
    private static (double From, double To) HeldPoseTimes(ActionKind kind, double seconds, Random random)
    {
        const double before = 1.5;
        var from = -before + (before + 0.4 * seconds) * random.NextDouble();
        var rises = kind == ActionKind.Crouches && from < 0 && random.Next(2) == 0;
        return (from, seconds + (rises ? 0 : 1));
    }

    private static (double From, double To) LastingTimes(double seconds, Random random)
    {
        var (from, to) = (-1.0, seconds + 1);
        if (random.NextDouble() < ContextShare)
        {
            // The clip also shows the time before or after: standing, or the second person walking in or out.
            var other = (1 - MinShownShare) * seconds * random.NextDouble();
            if (random.Next(2) == 0)
                from = other;
            else
                to = seconds - other;
        }
        return (from, to);
    }
}
