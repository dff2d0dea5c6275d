// The random appearance of a scene: room, camera, clothes, light. Fixed during a clip or a film.
namespace StreamActions.Scenes;

/// <summary>A colour; channels 0 … 255.</summary>
internal readonly record struct Rgb(double R, double G, double B)
{
    /// <summary>Brightness multiplied by <paramref name="k"/>, clamped to the range.</summary>
    public Rgb Times(double k) => new(Math.Clamp(R * k, 0, 255), Math.Clamp(G * k, 0, 255), Math.Clamp(B * k, 0, 255));
}

/// <summary>Clothes, skin and hair of a figure.</summary>
internal sealed record FigureLook(string ShirtName, Rgb Shirt, Rgb Trousers, Rgb Skin, Rgb Hair, bool LongSleeves);

/// <summary>A flat object on the wall, such as a picture or a window. Lengths are shares of the picture.</summary>
internal readonly record struct RoomThing(double X, double Y, double Width, double Height, Rgb Colour);

/// <summary>The appearance of a scene. Lengths are shares of the picture's height unless stated otherwise.</summary>
internal sealed record SceneLook
{
    private static readonly (string Name, Rgb Colour)[] Shirts =
    [
        ("red", new(205, 35, 40)), ("green", new(40, 160, 60)), ("blue", new(40, 70, 205)),
        ("yellow", new(235, 205, 40)), ("black", new(25, 25, 28)), ("white", new(238, 238, 235)),
        ("orange", new(240, 120, 25)), ("purple", new(135, 45, 165)),
    ];

    private static readonly Rgb[] Trousers =
        [new(35, 40, 60), new(90, 80, 70), new(70, 70, 75), new(30, 30, 30), new(120, 105, 80), new(60, 80, 120)];
    private static readonly Rgb[] Skins = [new(245, 210, 180), new(225, 180, 145), new(190, 140, 105), new(140, 95, 65), new(95, 62, 45)];
    private static readonly Rgb[] Hairs = [new(30, 25, 20), new(90, 60, 35), new(160, 120, 60), new(120, 120, 120), new(60, 30, 20)];

    /// <summary>The shirt colours.</summary>
    public static IReadOnlyList<string> ShirtNames { get; } = [.. Shirts.Select(s => s.Name)];

    /// <summary>Height of a figure.</summary>
    public required double Scale { get; init; }
    /// <summary>Height at which the figures stand, from the top.</summary>
    public required double Ground { get; init; }
    /// <summary>The line between wall and floor, from the top.</summary>
    public required double Horizon { get; init; }
    /// <summary>Camera roll in radians.</summary>
    public required double Tilt { get; init; }
    /// <summary>Largest camera shift between frames.</summary>
    public required double Shake { get; init; }
    public required Rgb WallTop { get; init; }
    public required Rgb WallBottom { get; init; }
    public required Rgb Floor { get; init; }
    /// <summary>Distance between the lines on the floor, in body heights; 0: no lines.</summary>
    public required double Tiles { get; init; }
    public required IReadOnlyList<RoomThing> Things { get; init; }
    public required IReadOnlyList<FigureLook> Figures { get; init; }
    public required Rgb BoxColour { get; init; }
    public required Rgb ChairColour { get; init; }
    public required Rgb DoorColour { get; init; }
    /// <summary>Factor on all colours.</summary>
    public required double Light { get; init; }
    /// <summary>Standard deviation of the sensor noise, in grey levels.</summary>
    public required double Noise { get; init; }
    /// <summary>Standard deviation of the lens blur, in pixels; 0: no blur.</summary>
    public required double Blur { get; init; }
    /// <summary>JPEG quality, 1 … 100; 0: no compression.</summary>
    public required int Compression { get; init; }

    /// <summary>A random appearance.</summary>
    /// <param name="random">Source of random numbers.</param>
    /// <param name="figures">Number of figures.</param>
    /// <param name="difficulty">0 … 1. 1: the full variety of the benchmark; 0: a large figure in a bare, evenly lit room.</param>
    /// <param name="minScale">Smallest height of a figure at difficulty 1, as a share of the picture's height.</param>
    /// <param name="maxScale">Largest height of a figure, as a share of the picture's height.</param>
    public static SceneLook Random(Random random, int figures, double difficulty = 1, double minScale = 0.45, double maxScale = 0.82)
    {
        minScale = maxScale - 0.1 + (minScale - (maxScale - 0.1)) * difficulty;
        double Between(double a, double b) => a + (b - a) * random.NextDouble();
        Rgb Muted(double low, double high)
        {
            var grey = Between(low, high);
            return new(grey + Between(-18, 18), grey + Between(-18, 18), grey + Between(-18, 18));
        }
        var scale = Between(minScale, maxScale);
        var ground = Between(scale + 0.08, 0.97);
        var wall = Muted(70, 220);
        return new()
        {
            Scale = scale,
            Ground = ground,
            Horizon = ground - Between(0.03, 0.25),
            Tilt = difficulty * Between(-0.05, 0.05),
            Shake = random.NextDouble() < 0.3 * difficulty ? Between(0, 0.006) : 0,
            WallTop = wall.Times(Between(0.8, 1.15)),
            WallBottom = wall,
            Floor = Muted(50, 190),
            Tiles = random.NextDouble() < 0.4 * difficulty ? Between(0.15, 0.5) : 0,
            Things =
            [
                .. Enumerable.Range(0, (int)(difficulty * random.Next(6))).Select(_ => new RoomThing(
                    random.NextDouble(), Between(0, 0.75), Between(0.05, 0.3), Between(0.05, 0.35), Muted(30, 235))),
            ],
            Figures = [.. Enumerable.Range(0, figures).Select(_ => Figure(random))],
            BoxColour = new Rgb(Between(120, 200), Between(85, 150), Between(50, 100)),
            ChairColour = Muted(30, 130),
            DoorColour = new Rgb(Between(90, 200), Between(70, 170), Between(50, 150)),
            Light = Between(1 - 0.35 * difficulty, 1 + 0.15 * difficulty),
            Noise = random.NextDouble() < 0.7 * difficulty ? Between(0, 7) : 0,
            Blur = random.NextDouble() < 0.2 * difficulty ? Between(0.4, 1) : 0,
            Compression = random.NextDouble() < 0.25 * difficulty ? random.Next(25, 70) : 0,
        };
    }

    // A random figure wears one of the first six colours only. More colours would change the pictures of existing seeds, such as the
    // sample films.
    private const int RandomShirts = 6;

    /// <summary>Random clothes.</summary>
    public static FigureLook Figure(Random random)
    {
        var (name, shirt) = Shirts[random.Next(RandomShirts)];
        Rgb Vary(Rgb c) => Nearly(c, random);
        return new(name, Vary(shirt), Vary(Trousers[random.Next(Trousers.Length)]), Vary(Skins[random.Next(Skins.Length)]),
            Hairs[random.Next(Hairs.Length)], random.Next(2) == 0);
    }

    /// <summary>The same appearance, but one figure (the performer by default) wears the given shirt.</summary>
    /// <exception cref="ArgumentException">The shirt colour is unknown.</exception>
    public SceneLook WithShirt(string name, Random random, int figure = 0)
    {
        var shirt = Array.Find(Shirts, s => s.Name == name);
        if (shirt.Name is null)
            throw new ArgumentException($"unknown shirt colour '{name}'", nameof(name));
        var colour = Nearly(shirt.Colour, random);
        var figures = Figures.Select((look, i) => i == figure ? look with { ShirtName = name, Shirt = colour } : look);
        return this with { Figures = [.. figures] };
    }

    private static Rgb Nearly(Rgb c, Random random) =>
        new Rgb(c.R + random.Next(-12, 13), c.G + random.Next(-12, 13), c.B + random.Next(-12, 13)).Times(1);
}
