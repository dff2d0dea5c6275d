// Where and when in a clip an action is performed, and what else is about.
namespace StreamActions.Scenes;

/// <summary>What a clip shows of an action.</summary>
internal enum ActionPhase
{
    /// <summary>Enough of it to tell what it is.</summary>
    During,

    /// <summary>What comes before: the pose it begins with, or the other person's coming.</summary>
    Before,

    /// <summary>What comes after: the pose it ends with, or the other person's going.</summary>
    After,
}

/// <summary>The random circumstances of one performance.</summary>
/// <param name="Part">The action, on the clip's clock.</param>
/// <param name="StartX">Where the performer stands first.</param>
/// <param name="Props">What stands about.</param>
/// <param name="DoorOpen">How far a door is open that the action does not move.</param>
/// <param name="Bystander">Where somebody stands who has nothing to do with the action, or null.</param>
internal sealed record Take(Part Part, double StartX, Props Props, double DoorOpen, double? Bystander)
{
    /// <summary>Least share of a movement that a clip shows, and least share of a clip that a repeated movement fills.</summary>
    public const double LeastShown = 0.6;

    private const double IdlePropShare = 0.3;
    private const double BystanderShare = 0.12;
    private const double ContextShare = 0.25;
    private const double LongestGap = 0.4, WalkersRoom = 0.4;   // seconds and body heights: whoever comes or goes is still in the picture

    /// <summary>A random take.</summary>
    /// <param name="kind">An action that is not made by reversing another.</param>
    /// <param name="style">How it is performed.</param>
    /// <param name="seconds">From the clip's first to its last frame.</param>
    /// <param name="halfWidth">Half the visible width, in body heights.</param>
    /// <param name="difficulty">1: anywhere, with things and people about; down to 0: in the middle, alone.</param>
    /// <param name="random">Where chance comes from.</param>
    public static Take Random(ActionKind kind, MotionStyle style, double seconds, double halfWidth, double difficulty, Random random)
    {
        var walks = kind == ActionKind.WalksRight;
        var two = ActionCatalog.Of(kind).People == 2;
        var (from, to) = kind is ActionKind.SitsDown or ActionKind.PicksUpBox or ActionKind.FallsDown or ActionKind.OpensDoor
            ? Once(seconds, random)
            : kind is ActionKind.HandsUp or ActionKind.Crouches ? Held(kind, seconds, random) : Lasting(seconds, random);
        var distance = style.Distance * (to - from) / seconds;
        // Everything that moves stays in the picture, as far as it fits.
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
            place -= style.Side * Math.Min(0.25, halfWidth / 3);   // these need their room on one side
        var x = two ? place - style.Side * Choreography.Meeting : walks ? WalkEnd(place, distance, from, to, seconds) : place;

        double Elsewhere() => halfWidth * (2 * random.NextDouble() - 1);
        bool Idle() => random.NextDouble() < difficulty * IdlePropShare;
        var chair = kind == ActionKind.SitsDown ? place : Idle() ? Elsewhere() : (double?)null;
        Point2? box = kind != ActionKind.PicksUpBox && Idle() ? new Point2(Elsewhere(), Motion.BoxHalf) : null;
        double? door = kind == ActionKind.OpensDoor ? Props.DoorHinge(place, style) : Idle() ? Elsewhere() : null;
        var doorSide = kind == ActionKind.OpensDoor ? -style.Side : random.Next(2) * 2 - 1;
        var bystander = Elsewhere();
        var stands = random.NextDouble() < difficulty * BystanderShare && ActionCatalog.Of(kind).People == 1
            && Math.Abs(bystander - place) > reach + 0.2;
        return new(new(kind, from, to, x, style), walks ? x - distance : x, new(chair, box, door, doorSide),
            random.Next(2) * random.NextDouble(), stands ? bystander : null);
    }

    /// <summary>
    /// The same performance, so much earlier or later that the clip shows the pose or the way before or after it, and nothing of it.
    /// </summary>
    /// <param name="phase">What the clip shows.</param>
    /// <param name="seconds">From the clip's first to its last frame.</param>
    /// <param name="random">Where chance comes from.</param>
    public Take In(ActionPhase phase, double seconds, Random random)
    {
        if (phase == ActionPhase.During)
            return this;
        var gap = LongestGap * random.NextDouble();
        var shift = phase == ActionPhase.Before ? seconds + gap - Part.From : -gap - Part.To;
        // Whoever comes or goes needs the room that the two together do not.
        var aside = ActionCatalog.Of(Part.Kind).People < 2 ? 0 : Part.Style.Side * WalkersRoom;
        var part = Part with { From = Part.From + shift, To = Part.To + shift, X = Part.X - aside };
        return this with { Part = part, StartX = StartX - aside };
    }

    // The walk's middle within the clip lies at the place.
    private static double WalkEnd(double place, double distance, double from, double to, double seconds)
    {
        var seen = (Math.Max(0, from) + Math.Min(seconds, to)) / 2;
        return place + distance * (to - seen) / (to - from);
    }

    private static (double From, double To) Once(double seconds, Random random)
    {
        var duration = 0.9 + 1.0 * random.NextDouble();
        // As long a movement as a short clip can show enough of.
        duration = Math.Min(duration, seconds / LeastShown);
        var hidden = (1 - LeastShown) * duration;
        var earliest = -hidden;
        var latest = seconds - LeastShown * duration;
        var from = earliest + (latest - earliest) * random.NextDouble();
        return (from, from + duration);
    }

    // A clip shows most of the way into the pose, or a pose that was reached before; hands stay up, and whoever crouches may come up again.
    private static (double From, double To) Held(ActionKind kind, double seconds, Random random)
    {
        const double before = 1.5;
        var from = -before + (before + 0.4 * seconds) * random.NextDouble();
        var rises = kind == ActionKind.Crouches && from < 0 && random.Next(2) == 0;
        return (from, seconds + (rises ? 0 : 1));
    }

    private static (double From, double To) Lasting(double seconds, Random random)
    {
        var (from, to) = (-1.0, seconds + 1);
        if (random.NextDouble() < ContextShare)
        {
            // Something else comes before or after: standing, or the other person's coming and going.
            var other = (1 - LeastShown) * seconds * random.NextDouble();
            if (random.Next(2) == 0)
                from = other;
            else
                to = seconds - other;
        }
        return (from, to);
    }
}
