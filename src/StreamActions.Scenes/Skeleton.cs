// Forward kinematics of a person who faces the camera, in body heights.
namespace StreamActions.Scenes;

/// <summary>A point in body heights: x to the right, y up, the floor at 0.</summary>
internal readonly record struct Point2(double X, double Y)
{
    public static Point2 operator +(Point2 a, Point2 b) => new(a.X + b.X, a.Y + b.Y);
    public static Point2 operator *(Point2 a, double k) => new(a.X * k, a.Y * k);

    /// <summary>A vector of a length and an angle; 0 points down, positive angles turn to the right.</summary>
    public static Point2 Down(double angle, double length) => new(Math.Sin(angle) * length, -Math.Cos(angle) * length);

    /// <summary>Linear interpolation: 0 gives <paramref name="a"/>, 1 gives <paramref name="b"/>.</summary>
    public static Point2 Mix(Point2 a, Point2 b, double k) => a * (1 - k) + b * k;
}

/// <summary>The joints of a figure.</summary>
internal enum Joint
{
    Head, Neck, LeftShoulder, RightShoulder, LeftElbow, RightElbow, LeftHand, RightHand,
    LeftHip, RightHip, LeftKnee, RightKnee, LeftFoot, RightFoot,
}

/// <summary>
/// The pose parameters of a figure, in body heights and radians. An arm angle of 0 hangs down; positive angles point away from the body.
/// </summary>
internal record struct Stance()
{
    /// <summary>Horizontal position of the feet.</summary>
    public double X { get; set; }
    /// <summary>Height of the whole body above the floor.</summary>
    public double Rise { get; set; }
    /// <summary>Height of the hips above the feet; 0.5 when upright.</summary>
    public double HipHeight { get; set; } = 0.5;
    /// <summary>Lean of the trunk, positive to the right.</summary>
    public double Lean { get; set; }
    /// <summary>Share of the trunk's length that foreshortening hides when the trunk bends towards the camera.</summary>
    public double Hunch { get; set; }
    /// <summary>Rotation of the whole body about its feet, positive to the right; ±π/2 is lying.</summary>
    public double Topple { get; set; }
    public double LeftArm { get; set; } = 0.15;
    public double LeftElbow { get; set; } = 0.1;
    public double RightArm { get; set; } = 0.15;
    public double RightElbow { get; set; } = 0.1;
    public double LeftLift { get; set; }
    public double RightLift { get; set; }
    /// <summary>Half the distance between the feet.</summary>
    public double Spread { get; set; } = 0.07;

    /// <summary>Linear interpolation of two stances: 0 gives <paramref name="a"/>, 1 gives <paramref name="b"/>.</summary>
    public static Stance Mix(Stance a, Stance b, double k)
    {
        double Of(double x, double y) => x + (y - x) * k;
        return new()
        {
            X = Of(a.X, b.X),
            Rise = Of(a.Rise, b.Rise),
            HipHeight = Of(a.HipHeight, b.HipHeight),
            Lean = Of(a.Lean, b.Lean),
            Hunch = Of(a.Hunch, b.Hunch),
            Topple = Of(a.Topple, b.Topple),
            LeftArm = Of(a.LeftArm, b.LeftArm),
            LeftElbow = Of(a.LeftElbow, b.LeftElbow),
            RightArm = Of(a.RightArm, b.RightArm),
            RightElbow = Of(a.RightElbow, b.RightElbow),
            LeftLift = Of(a.LeftLift, b.LeftLift),
            RightLift = Of(a.RightLift, b.RightLift),
            Spread = Of(a.Spread, b.Spread),
        };
    }
}

/// <summary>Proportions of a body, in body heights.</summary>
internal sealed record Body(
    double ShoulderHalf, double HipHalf, double Trunk, double UpperArm, double LowerArm, double Limb, double HeadRadius)
{
    /// <summary>A random body.</summary>
    public static Body Random(Random random)
    {
        double Vary(double mean, double share) => mean * (1 + share * (2 * random.NextDouble() - 1));
        return new(
            Vary(0.115, 0.2), Vary(0.065, 0.2), Vary(0.31, 0.06), Vary(0.17, 0.08), Vary(0.17, 0.08), Vary(0.062, 0.25), Vary(0.075, 0.15));
    }
}

/// <summary>Forward kinematics.</summary>
internal static class Skeleton
{
    /// <summary>The joint positions, indexed by <see cref="Joint"/>.</summary>
    public static Point2[] Joints(Stance s, Body body)
    {
        var joints = new Point2[14];
        var hip = new Point2(0, s.HipHeight);
        var up = new Point2(Math.Sin(s.Lean), Math.Cos(s.Lean));
        var side = new Point2(up.Y, -up.X);
        var neck = hip + up * (body.Trunk * (1 - s.Hunch));
        joints[(int)Joint.Neck] = neck;
        joints[(int)Joint.Head] = neck + up * (body.HeadRadius * 1.35);
        joints[(int)Joint.LeftShoulder] = neck + up * -0.03 + side * -body.ShoulderHalf;
        joints[(int)Joint.RightShoulder] = neck + up * -0.03 + side * body.ShoulderHalf;
        joints[(int)Joint.LeftElbow] = joints[(int)Joint.LeftShoulder] + Point2.Down(-s.LeftArm, body.UpperArm);
        joints[(int)Joint.LeftHand] = joints[(int)Joint.LeftElbow] + Point2.Down(-s.LeftArm - s.LeftElbow, body.LowerArm);
        joints[(int)Joint.RightElbow] = joints[(int)Joint.RightShoulder] + Point2.Down(s.RightArm, body.UpperArm);
        joints[(int)Joint.RightHand] = joints[(int)Joint.RightElbow] + Point2.Down(s.RightArm + s.RightElbow, body.LowerArm);
        joints[(int)Joint.LeftHip] = hip + side * -body.HipHalf;
        joints[(int)Joint.RightHip] = hip + side * body.HipHalf;
        joints[(int)Joint.LeftFoot] = new(-s.Spread, s.LeftLift);
        joints[(int)Joint.RightFoot] = new(s.Spread, s.RightLift);
        joints[(int)Joint.LeftKnee] = Knee(joints[(int)Joint.LeftHip], joints[(int)Joint.LeftFoot], -1);
        joints[(int)Joint.RightKnee] = Knee(joints[(int)Joint.RightHip], joints[(int)Joint.RightFoot], 1);
        var (sin, cos) = Math.SinCos(s.Topple);
        for (var i = 0; i < joints.Length; i++)
        {
            var p = joints[i];
            joints[i] = new(p.X * cos + p.Y * sin + s.X, p.Y * cos - p.X * sin + s.Rise + 0.06 * Math.Abs(sin));
        }
        return joints;
    }

    // Both bones are 0.25 long. A bent knee points mostly at the camera, and by a factor of 0.45 outwards.
    private static Point2 Knee(Point2 hip, Point2 foot, int outwards)
    {
        double dx = hip.X - foot.X, dy = hip.Y - foot.Y, length = Math.Sqrt(dx * dx + dy * dy);
        var bend = Math.Sqrt(Math.Max(0, 0.0625 - length * length / 4)) * 0.45;
        return Point2.Mix(hip, foot, 0.5) + new Point2(outwards * bend, 0);
    }
}
