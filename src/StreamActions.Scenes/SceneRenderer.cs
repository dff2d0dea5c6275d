// Renders one moment of a scene.
using OpenCvSharp;

namespace StreamActions.Scenes;

/// <summary>Props in a room, with or without a part in the action. Positions in body heights from the picture's middle.</summary>
/// <param name="Chair">Position of the chair; null without one.</param>
/// <param name="Box">Middle of a box that no person holds; null without one.</param>
/// <param name="Door">Position of the door's hinge; null without a door.</param>
/// <param name="DoorSide">+1 if the door's free edge is to the right of the hinge, −1 if to the left.</param>
internal readonly record struct Props(double? Chair, Point2? Box, double? Door, int DoorSide)
{
    /// <summary>Position of the hinge of a door that a performer at <paramref name="place"/> opens, on the style's side.</summary>
    public static double DoorHinge(double place, MotionStyle style) => place + style.Side * (Motion.DoorDistance + 0.2);
}

/// <summary>
/// Draws one scene at one size. The empty room is drawn once; each picture starts as a copy of it. Not thread-safe.
/// All colours are in RGB order.
/// </summary>
internal sealed class SceneRenderer : IDisposable
{
    private const int Shift = 4;
    private static readonly float[] NoiseTable = MakeNoise();
    private readonly SceneLook _look;
    private readonly Mat _room, _canvas;
    private readonly double _scale;
    private double _shiftX, _shiftY;

    public SceneRenderer(SceneLook look, int width, int height, Random random)
    {
        (_look, _scale) = (look, look.Scale * height);
        _room = new Mat(height, width, MatType.CV_8UC3);
        _canvas = new Mat(height, width, MatType.CV_8UC3);
        DrawRoom(random);
    }

    /// <summary>Draws figures and props over the room.</summary>
    /// <param name="moment">Stances and moving props; a box in it replaces the box of the props.</param>
    /// <param name="bodies">The figures' bodies.</param>
    /// <param name="props">The props.</param>
    /// <param name="random">Source of shake and noise, which are independent between frames.</param>
    /// <returns>The picture, valid until the next call.</returns>
    public Mat Draw(Moment moment, IReadOnlyList<Body> bodies, Props props, Random random)
    {
        _shiftX = _look.Shake * _canvas.Height * (2 * random.NextDouble() - 1);
        _shiftY = _look.Shake * _canvas.Height * (2 * random.NextDouble() - 1);
        _room.CopyTo(_canvas);
        if (props.Door is { } door)
            DrawDoor(door, props.DoorSide, moment.DoorOpen);
        if (props.Chair is { } chair)
            DrawChair(chair);
        if (props.Box is { } lying && moment.Box is null)
            DrawBox(lying);
        Point2[][] figures = [.. moment.Stances.Select((stance, i) => Skeleton.Joints(stance, bodies[i]))];
        foreach (var joints in figures)
            DrawShadow(joints);
        for (var i = 0; i < figures.Length; i++)
            DrawFigure(figures[i], bodies[i], _look.Figures[i]);
        if (moment.Box is { } held)
            DrawBox(held);
        if (_look.Blur > 0)
            Cv2.GaussianBlur(_canvas, _canvas, new Size(3, 3), _look.Blur);
        if (_look.Noise > 0)
            AddNoise(random);
        if (_look.Compression > 0)
            Compress();
        return _canvas;
    }

    private void DrawRoom(Random random)
    {
        int width = _room.Width, height = _room.Height;
        var horizon = (int)(_look.Horizon * height);
        for (var y = 0; y < height; y++)
        {
            var k = Math.Min(1, y / (double)Math.Max(1, horizon));
            var colour = y < horizon
                ? new Rgb(Mix(_look.WallTop.R, _look.WallBottom.R, k), Mix(_look.WallTop.G, _look.WallBottom.G, k),
                    Mix(_look.WallTop.B, _look.WallBottom.B, k))
                : _look.Floor.Times(0.85 + 0.3 * (y - horizon) / Math.Max(1, height - horizon));
            Cv2.Line(_room, 0, y, width - 1, y, Colour(colour));
        }
        foreach (var thing in _look.Things)
        {
            var rectangle = new Rect(
                (int)(thing.X * width), (int)(thing.Y * _look.Horizon * height), (int)(thing.Width * height), (int)(thing.Height * height));
            Cv2.Rectangle(_room, rectangle, Colour(thing.Colour), -1);
            Cv2.Rectangle(_room, rectangle, Colour(thing.Colour.Times(0.7)), 1);
        }
        if (_look.Tiles > 0)
        {
            var step = Math.Max(4, (int)(_look.Tiles * _scale));
            for (var x = random.Next(step); x < 2 * width; x += step)
                Cv2.Line(_room, new Point(x - width / 2, height), new Point((int)(width / 2.0 + (x - width) * 0.35), horizon),
                    Colour(_look.Floor.Times(0.75)), 1, LineTypes.AntiAlias);
        }
        // Texture and uneven light, the same in each frame.
        AddTexture(random.Next(2, 9), random);
    }

    private void DrawFigure(Point2[] j, Body body, FigureLook look)
    {
        Point2 At(Joint joint) => j[(int)joint];
        var limb = body.Limb;
        var sleeve = look.LongSleeves ? look.Shirt : look.Skin;
        Limb(At(Joint.LeftHip), At(Joint.LeftKnee), limb * 1.35, look.Trousers);
        Limb(At(Joint.LeftKnee), At(Joint.LeftFoot), limb * 1.15, look.Trousers);
        Limb(At(Joint.RightHip), At(Joint.RightKnee), limb * 1.35, look.Trousers);
        Limb(At(Joint.RightKnee), At(Joint.RightFoot), limb * 1.15, look.Trousers);
        Dot(At(Joint.LeftFoot), limb * 0.85, look.Trousers.Times(0.5));
        Dot(At(Joint.RightFoot), limb * 0.85, look.Trousers.Times(0.5));
        Polygon([At(Joint.LeftShoulder), At(Joint.RightShoulder), At(Joint.RightHip), At(Joint.LeftHip)], look.Shirt);
        Limb(At(Joint.LeftShoulder), At(Joint.LeftHip), limb, look.Shirt);
        Limb(At(Joint.RightShoulder), At(Joint.RightHip), limb, look.Shirt);
        Limb(At(Joint.LeftShoulder), At(Joint.RightShoulder), limb, look.Shirt);
        Limb(At(Joint.Neck), At(Joint.Head), limb * 0.9, look.Skin);
        Dot(At(Joint.Head) + new Point2(0, body.HeadRadius * 0.15), body.HeadRadius, look.Hair);
        Dot(At(Joint.Head) + new Point2(0, -body.HeadRadius * 0.15), body.HeadRadius * 0.85, look.Skin);
        // Arms can overlap the trunk; a darker shade keeps them visible.
        Limb(At(Joint.LeftShoulder), At(Joint.LeftElbow), limb, look.Shirt.Times(0.85));
        Limb(At(Joint.LeftElbow), At(Joint.LeftHand), limb * 0.85, sleeve.Times(0.9));
        Dot(At(Joint.LeftHand), limb * 0.6, look.Skin);
        Limb(At(Joint.RightShoulder), At(Joint.RightElbow), limb, look.Shirt.Times(0.85));
        Limb(At(Joint.RightElbow), At(Joint.RightHand), limb * 0.85, sleeve.Times(0.9));
        Dot(At(Joint.RightHand), limb * 0.6, look.Skin);
    }

    private void DrawShadow(Point2[] joints)
    {
        var low = joints.Min(p => p.X);
        var high = joints.Max(p => p.X);
        var middle = Pixel(new((low + high) / 2, 0));
        var size = new Size(Math.Max(2, (int)((high - low) * _scale * 0.45)), Math.Max(1, (int)(0.035 * _scale)));
        Cv2.Ellipse(_canvas, new Point(middle.X >> Shift, middle.Y >> Shift), size, 0, 0, 360, Colour(_look.Floor.Times(0.7)), -1,
            LineTypes.AntiAlias);
    }

    private void DrawChair(double x)
    {
        var colour = _look.ChairColour;
        // Wider than a person, so that it stays visible behind one.
        Polygon([new(x - 0.19, 0.62), new(x + 0.19, 0.62), new(x + 0.19, 0.3), new(x - 0.19, 0.3)], colour.Times(0.8));
        Polygon([new(x - 0.22, 0.3), new(x + 0.22, 0.3), new(x + 0.22, 0.24), new(x - 0.22, 0.24)], colour);
        Limb(new(x - 0.19, 0.25), new(x - 0.2, 0), 0.035, colour.Times(0.7));
        Limb(new(x + 0.19, 0.25), new(x + 0.2, 0), 0.035, colour.Times(0.7));
    }

    private void DrawBox(Point2 middle)
    {
        const double half = Motion.BoxHalf;
        Polygon([middle + new Point2(-half * 1.2, half), middle + new Point2(half * 1.2, half), middle + new Point2(half * 1.2, -half),
            middle + new Point2(-half * 1.2, -half)], _look.BoxColour);
        Limb(middle + new Point2(0, half * 0.9), middle + new Point2(0, -half * 0.9), 0.025, _look.BoxColour.Times(0.65));
    }

    private void DrawDoor(double hinge, int side, double open)
    {
        const double width = 0.38, height = 1.12;
        var free = hinge + side * width;
        Polygon([new(hinge - side * 0.03, height + 0.03), new(free + side * 0.03, height + 0.03), new(free + side * 0.03, 0),
            new(hinge - side * 0.03, 0)], _look.DoorColour.Times(0.6));
        Polygon([new(hinge, height), new(free, height), new(free, 0), new(hinge, 0)], new(18, 18, 22));
        // The leaf turns towards the camera: in the picture its free edge moves towards the hinge and grows.
        var angle = open * 1.25;
        var edge = hinge + side * width * Math.Cos(angle);
        var grow = 0.1 * Math.Sin(angle);
        Polygon([new(hinge, height), new(edge, height + grow), new(edge, -grow), new(hinge, 0)],
            _look.DoorColour.Times(1 - 0.2 * Math.Sin(angle)));
        Dot(new(Mix(hinge, edge, 0.85), 0.5), 0.025, new(210, 200, 120));
    }

    private void Limb(Point2 from, Point2 to, double thickness, Rgb colour) =>
        Cv2.Line(
            _canvas, Pixel(from), Pixel(to), Colour(colour), Math.Max(1, (int)Math.Round(thickness * _scale)), LineTypes.AntiAlias, Shift);

    private void Dot(Point2 middle, double radius, Rgb colour) =>
        Cv2.Circle(
            _canvas, Pixel(middle), Math.Max(1, (int)(radius * _scale * (1 << Shift))), Colour(colour), -1, LineTypes.AntiAlias, Shift);

    private void Polygon(ReadOnlySpan<Point2> corners, Rgb colour)
    {
        var points = new Point[corners.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = Pixel(corners[i]);
        Cv2.FillConvexPoly(_canvas, points, Colour(colour), LineTypes.AntiAlias, Shift);
    }

    // Body heights → fixed-point pixels, with camera roll and shake.
    private Point Pixel(Point2 p)
    {
        var (sin, cos) = Math.SinCos(_look.Tilt);
        double x = p.X * _scale, y = -p.Y * _scale;
        var px = _canvas.Width / 2.0 + x * cos - y * sin + _shiftX;
        var py = _look.Ground * _canvas.Height + x * sin + y * cos + _shiftY;
        return new((int)Math.Round(px * (1 << Shift)), (int)Math.Round(py * (1 << Shift)));
    }

    private Scalar Colour(Rgb c)
    {
        var lit = c.Times(_look.Light);
        return new(lit.R, lit.G, lit.B);
    }

    private unsafe void AddNoise(Random random)
    {
        var pixels = new Span<byte>(_canvas.DataPointer, _canvas.Width * _canvas.Height * 3);
        var offset = random.Next(NoiseTable.Length - 4096);
        var sigma = (float)_look.Noise;
        for (int i = 0, n = offset; i < pixels.Length; i++, n++)
        {
            if (n == NoiseTable.Length)
                n = 0;
            pixels[i] = (byte)Math.Clamp(pixels[i] + sigma * NoiseTable[n], 0, 255);
        }
    }

    private unsafe void AddTexture(double sigma, Random random)
    {
        using var small = new Mat(Math.Max(2, _room.Height / 6), Math.Max(2, _room.Width / 6), MatType.CV_32FC1);
        var values = new Span<float>(small.DataPointer, small.Width * small.Height);
        foreach (ref var value in values)
            value = (float)(sigma * NoiseTable[random.Next(NoiseTable.Length)]);
        using var texture = new Mat();
        Cv2.Resize(small, texture, _room.Size(), 0, 0, InterpolationFlags.Linear);
        var add = new Span<float>(texture.DataPointer, texture.Width * texture.Height);
        var pixels = new Span<byte>(_room.DataPointer, add.Length * 3);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(pixels[i] + add[i / 3], 0, 255);
    }

    private void Compress()
    {
        Cv2.ImEncode(".jpg", _canvas, out var bytes, new ImageEncodingParam(ImwriteFlags.JpegQuality, _look.Compression));
        using var decoded = Cv2.ImDecode(bytes, ImreadModes.Color);
        decoded.CopyTo(_canvas);
    }

    private static float[] MakeNoise()
    {
        var random = new Random(7);
        var table = new float[1 << 16];
        for (var i = 0; i < table.Length; i++)
            table[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return table;
    }

    private static double Mix(double a, double b, double k) => a + (b - a) * k;

    public void Dispose()
    {
        _room.Dispose();
        _canvas.Dispose();
    }
}
