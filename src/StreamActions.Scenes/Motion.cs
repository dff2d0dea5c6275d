// Poses of figures and props during an action: pure functions of progress and time.
namespace StreamActions.Scenes;

/// <summary>Random parameters of one performance of an action.</summary>
/// <param name="Side">+1 right, −1 left: the side of one-sided movements.</param>
/// <param name="Amplitude">Scale factor of movements, about 1.</param>
/// <param name="Tempo">Cycles per second of repeated movements, about 1.3.</param>
/// <param name="Phases">Eight random phases in [0, 2π).</param>
/// <param name="IdleLeft">Resting left arm: shoulder and elbow angle, in radians.</param>
/// <param name="IdleRight">Resting right arm, likewise.</param>
/// <param name="Distance">Distance of a walk, in body heights.</param>
internal sealed record MotionStyle(
    int Side, double Amplitude, double Tempo, double[] Phases, (double, double) IdleLeft, (double, double) IdleRight, double Distance)
{
    /// <summary>A random style.</summary>
    public static MotionStyle Random(Random random)
    {
        (double, double) Arm() => random.Next(5) switch
        {
            0 => (0.5, -1.5),    // hand on the belly
            1 => (0.9, -1.9),    // hand on the hip
            2 => (0.35, 0.1),
            _ => (0.05 + 0.2 * random.NextDouble(), 0.2 * random.NextDouble() - 0.1),
        };
        return new(random.Next(2) * 2 - 1, 0.85 + 0.3 * random.NextDouble(), 1.0 + 0.7 * random.NextDouble(),
            [.. Enumerable.Range(0, 8).Select(_ => 2 * Math.PI * random.NextDouble())], Arm(), Arm(), 0.5 + 0.6 * random.NextDouble());
    }
}

/// <summary>Stances and props at one time.</summary>
/// <param name="Stances">The figures.</param>
/// <param name="Box">Centre of the moving box; null if the box stays at its place.</param>
/// <param name="DoorOpen">0 closed … 1 open.</param>
internal readonly record struct Moment(Stance[] Stances, Point2? Box = null, double DoorOpen = 0);

/// <summary>The movement of each action.</summary>
internal static class Motion
{
    /// <summary>Half the side of a box, in body heights.</summary>
    public const double BoxHalf = 0.085;

    /// <summary>Distance from the performer to the middle of the door, in body heights.</summary>
    public const double DoorDistance = 0.42;

    /// <summary>
    /// The moment of an action. A reversed action has no motion of its own: its clips are its partner's frames in reverse order.
    /// </summary>
    /// <param name="kind">The action.</param>
    /// <param name="style">How it is performed.</param>
    /// <param name="bodies">The figures' bodies.</param>
    /// <param name="progress">Progress of one-off actions: 0 at the start, 1 at the end; clamped, except for a walk.</param>
    /// <param name="seconds">Time of repeated movements, in seconds.</param>
    public static Moment At(ActionKind kind, MotionStyle style, IReadOnlyList<Body> bodies, double progress, double seconds)
    {
        var raw = Math.Clamp(progress, 0, 1);
        var u = raw * raw * (3 - 2 * raw);
        var idle = Idle(style, seconds, 0);
        switch (kind)
        {
            case ActionKind.WalksRight:
                return new([Walk(style, idle, seconds, style.Distance * (progress - 0.5))]);
            case ActionKind.SitsDown:
                idle.HipHeight = 0.5 - 0.2 * u;
                idle.Lean += style.Side * 0.25 * Math.Sin(Math.PI * u);
                (idle.LeftArm, idle.RightArm) = (idle.LeftArm + 0.4 * Math.Sin(Math.PI * u), idle.RightArm + 0.4 * Math.Sin(Math.PI * u));
                idle.Spread = 0.07 + 0.05 * u;
                return new([idle]);
            case ActionKind.PicksUpBox:
                return PickUp(style, idle, bodies[0], raw);
            case ActionKind.FallsDown:
                // The fall accelerates, and the arms go up.
                var fall = raw * raw;
                idle.Topple = style.Side * 1.5 * fall;
                idle.HipHeight = 0.5 - 0.1 * Math.Sin(Math.PI * raw);
                idle.LeftArm += 1.3 * Math.Sin(Math.PI * Math.Min(1, raw * 1.2)) + 0.5 * fall;
                idle.RightArm += 1.1 * Math.Sin(Math.PI * Math.Min(1, raw * 1.2)) + 0.3 * fall;
                return new([idle]);
            case ActionKind.OpensDoor:
                var reach = Math.Sin(Math.PI * Math.Clamp(raw, 0.15, 0.85));
                idle = Arm(idle, style.Side, 0.4 + 0.9 * reach, 0.25);
                idle.Lean = style.Side * 0.08 * reach;
                idle.X = -style.Side * 0.08 * u;
                return new([idle], DoorOpen: u);
            case ActionKind.WavesHand:
                var (raised, bent) = (2.1 + 0.2 * Math.Sin(style.Phases[3]), 0.45 + 0.75 * style.Amplitude * Wave(style, seconds, 1.0, 0));
                return new([Arm(idle, style.Side, raised, bent)]);
            case ActionKind.Jumps:
                return new([Jump(style, idle, seconds)]);
            case ActionKind.TwoPeopleFighting:
                return new([Fighter(style, seconds, -1), Fighter(style, seconds, 1)]);
            case ActionKind.TwoPeopleShakingHands:
                return new([Shaker(style, bodies[0], seconds, -1), Shaker(style, bodies[1], seconds, 1)]);
            case ActionKind.TwoPeopleHugging:
                return new([Hugger(style, seconds, -1), Hugger(style, seconds, 1)]);
            case ActionKind.HandsUp:
                return new([HandsUp(style, idle, seconds)]);
            case ActionKind.Crouches:
                return new([Crouch(style, idle)]);
            case ActionKind.StandsStill:
                return new([idle]);
            case ActionKind.EmptyRoom:
                return new([]);
            default:
                throw new ArgumentException($"{kind} has no motion of its own; reverse the frames of its partner", nameof(kind));
        }
    }

    /// <summary>An idle stance with slight sway.</summary>
    public static Stance Idle(MotionStyle style, double seconds, int figure) => new()
    {
        LeftArm = style.IdleLeft.Item1,
        LeftElbow = style.IdleLeft.Item2,
        RightArm = style.IdleRight.Item1,
        RightElbow = style.IdleRight.Item2,
        Lean = 0.02 * Math.Sin(1.7 * seconds + style.Phases[figure]),
        HipHeight = 0.5 + 0.003 * Math.Sin(2.3 * seconds + style.Phases[figure + 1]),
    };

    /// <summary>A gait seen from the front; it looks the same played backwards.</summary>
    public static Stance Walk(MotionStyle style, Stance idle, double seconds, double x)
    {
        var swing = Wave(style, seconds, 1.1, 2);
        idle.X = x;
        idle.LeftLift = 0.09 * Math.Max(0, swing) * style.Amplitude;
        idle.RightLift = 0.09 * Math.Max(0, -swing) * style.Amplitude;
        idle.HipHeight = 0.5 - 0.02 * swing * swing;
        idle.LeftArm += 0.25 * Math.Max(0, -swing);
        idle.RightArm += 0.25 * Math.Max(0, swing);
        idle.Spread = 0.06 + 0.05 * Math.Abs(swing);
        return idle;
    }

    private static Moment PickUp(MotionStyle style, Stance idle, Body body, double raw)
    {
        // Down to the box, then up with it.
        var down = raw < 0.5 ? Smooth(raw * 2) : Smooth(2 - raw * 2);
        var bent = Bend(style, idle, down, held: raw >= 0.5 ? 1 : Math.Max(0, raw * 4 - 1));
        var joints = Skeleton.Joints(bent, body);
        var lowest = Skeleton.Joints(Bend(style, idle, 1, 1), body);
        Point2 Hands(Point2[] j) => Point2.Mix(j[(int)Joint.LeftHand], j[(int)Joint.RightHand], 0.5);
        var rest = Hands(lowest) with { Y = BoxHalf };
        var lift = Hands(lowest);
        var hands = Hands(joints);
        var box = raw < 0.5 ? rest : new Point2(hands.X - lift.X + rest.X, hands.Y - lift.Y + rest.Y);
        return new([bent], box);
    }

    private static Stance Bend(MotionStyle style, Stance idle, double down, double held)
    {
        idle.HipHeight = 0.5 - 0.2 * down;
        idle.Lean = style.Side * 0.95 * down * style.Amplitude;
        idle.Spread = 0.07 + 0.05 * down;
        // Both hands on the box.
        idle.LeftArm = Mix(idle.LeftArm, 0.1 - style.Side * 0.25, held);
        idle.RightArm = Mix(idle.RightArm, 0.1 + style.Side * 0.25, held);
        idle.LeftElbow = Mix(idle.LeftElbow, -0.75 * (1 - down) - 0.15, held);
        idle.RightElbow = Mix(idle.RightElbow, -0.75 * (1 - down) - 0.15, held);
        return idle;
    }

    private static Stance Jump(MotionStyle style, Stance idle, double seconds)
    {
        var p = seconds * style.Tempo * 0.8 + style.Phases[0] / (2 * Math.PI);
        p -= Math.Floor(p);
        var air = p is > 0.3 and < 0.85 ? (p - 0.3) / 0.55 : 0;
        var height = 4 * air * (1 - air);
        idle.Rise = 0.22 * style.Amplitude * height;
        idle.HipHeight = 0.5 - (air == 0 ? 0.08 * Math.Sin(Math.PI * (p < 0.3 ? p / 0.3 * 0.5 + 0.5 : (p - 0.85) / 0.15 * 0.5)) : 0);
        idle.LeftArm += 1.4 * height;
        idle.RightArm += 1.4 * height;
        return idle;
    }

    // The held pose only; the choreography blends into it.
    private static Stance HandsUp(MotionStyle style, Stance idle, double seconds)
    {
        // The elbows range from bent beside the head to stretched; the forearms always point up.
        var upper = 2.2 + 0.35 * Math.Sin(style.Phases[3]);
        var tremble = 0.06 * Wave(style, seconds, 0.6, 1);
        return Arm(Arm(idle, -1, upper + tremble, 3 - upper), 1, upper - tremble, 3 - upper);
    }

    private static Stance Crouch(MotionStyle style, Stance idle)
    {
        idle.HipHeight = 0.17 + (idle.HipHeight - 0.5);
        idle.Hunch = 0.25 + 0.1 * Math.Sin(style.Phases[3]);
        idle.Spread = 0.09;
        // The arms reach around the knees, and the hands meet in front of the shins.
        return Arm(Arm(idle, -1, 0.6, -1.5), 1, 0.6, -1.5);
    }

    private static Stance Fighter(MotionStyle style, double seconds, int at)
    {
        var k = at < 0 ? 0 : 4;
        var first = Wave(style, seconds, 1.35, k);
        var second = Wave(style, seconds, 1.1, k + 1);
        var lunge = Wave(style, seconds, 0.7, k + 2);
        var stance = new Stance
        {
            X = at * (0.29 + 0.06 * lunge * style.Amplitude),
            Lean = -at * (0.12 + 0.16 * first),
            HipHeight = 0.46 + 0.02 * second,
            Spread = 0.1 + 0.03 * lunge,
            RightLift = at < 0 ? 0.12 * Math.Max(0, lunge - 0.6) : 0,
            LeftLift = at > 0 ? 0.12 * Math.Max(0, lunge - 0.6) : 0,
        };
        // The inner arm punches; the outer arm guards, then punches across.
        stance = Arm(stance, -at, 1.15 + 0.5 * first, 1.1 - 1.2 * first);
        return Arm(stance, at, -0.5 - 0.6 * second, -1.3 + 0.9 * second);
    }

    private static Stance Shaker(MotionStyle style, Body body, double seconds, int at)
    {
        var shake = 0.3 * Wave(style, seconds, 1.15, 0);
        const double upper = 0.55;
        var lower = 0.65 + shake;
        // The distance at which the hands meet in the middle.
        var reach = body.ShoulderHalf + body.UpperArm * Math.Sin(upper) + body.LowerArm * Math.Sin(upper + 0.65);
        var stance = Idle(style, seconds, at < 0 ? 0 : 2);
        stance.X = at * reach;
        stance.Lean -= at * 0.04;
        return Arm(stance, -at, upper, lower);
    }

    private static Stance Hugger(MotionStyle style, double seconds, int at)
    {
        var sway = Wave(style, seconds, 0.35, 0);
        var stance = new Stance { X = at * 0.12 + 0.01 * sway, Lean = -at * 0.07 + 0.05 * sway, Spread = 0.06 };
        stance = Arm(stance, -at, 1.0 + 0.1 * Math.Sin(style.Phases[1]), 0.5);
        return Arm(stance, at, -0.75, -0.6 + 0.1 * Math.Sin(style.Phases[2]));
    }

    private static Stance Arm(Stance stance, int side, double upper, double elbow)
    {
        if (side > 0)
            (stance.RightArm, stance.RightElbow) = (upper, elbow);
        else
            (stance.LeftArm, stance.LeftElbow) = (upper, elbow);
        return stance;
    }

    private static double Wave(MotionStyle style, double seconds, double factor, int phase) =>
        Math.Sin(2 * Math.PI * style.Tempo * factor * seconds + style.Phases[phase]);

    private static double Smooth(double x) => x * x * (3 - 2 * x);

    private static double Mix(double a, double b, double k) => a + (b - a) * k;
}
