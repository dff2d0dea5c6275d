// Draws the confusion matrix as a picture.
using System.Globalization;
using OpenCvSharp;

namespace StreamActions.Trainer.Evaluation;

/// <summary>Layout of the picture, in pixels.</summary>
/// <param name="Cell">Side of a cell.</param>
/// <param name="Left">Left edge of the first column; the names of the rows fit before it.</param>
/// <param name="Top">Top edge of the first row.</param>
/// <param name="Width">Width of the picture.</param>
/// <param name="Height">Height of the picture.</param>
/// <param name="FontScale">Font scale of the names, for OpenCV.</param>
internal readonly record struct ConfusionLayout(int Cell, int Left, int Top, int Width, int Height, double FontScale);

/// <summary>
/// Draws a row per true class and a column per predicted class, as shares of the row's clips. OpenCV has its own letters. Other libraries
/// need system fonts, which a plain server lacks.
/// </summary>
internal static class ConfusionPicture
{
    private const HersheyFonts Font = HersheyFonts.HersheySimplex;
    private const int Margin = 12, Line = 22, Title = Margin + 2 * Line;
    private static readonly Scalar Ink = new(40, 40, 40), Grid = new(225, 225, 225), Unseen = new(240, 240, 240);
    // OpenCV's channel order is blue, green, red.
    private static readonly Scalar Right = new(160, 90, 20), Wrong = new(40, 60, 200);

    /// <summary>Writes a PNG.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, SetReport set)
    {
        var layout = LayoutOf(set);
        using var picture = new Mat(layout.Height, layout.Width, MatType.CV_8UC3, Scalar.White);
        foreach (var (line, text) in Words(set).Index())
            Put(picture, text, Margin, Margin + Line * line + Line / 2, 0.5);
        for (var row = 0; row < set.Classes.Count; row++)
        {
            var middle = row * layout.Cell + layout.Cell / 2;
            var name = set.Classes[row].Name;
            Put(picture, name, layout.Left - Margin / 2 - SizeOf(name, layout.FontScale).Width, layout.Top + middle, layout.FontScale);
            PutUpwards(picture, name, layout.Left + middle, layout.Top - Margin / 2, layout.FontScale);
            for (var column = 0; column < set.Classes.Count; column++)
                Cell(picture, layout, set, row, column);
        }
        // Written by .NET, whose errors name the file; OpenCV's do not.
        Cv2.ImEncode(".png", picture, out var bytes);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>The layout for a set. Names of any length fit.</summary>
    public static ConfusionLayout LayoutOf(SetReport set)
    {
        var count = set.Classes.Count;
        var (cell, scale) = count <= 20 ? (34, 0.45) : count <= 40 ? (26, 0.45) : (16, 0.36);
        var names = set.Classes.Max(c => SizeOf(c.Name, scale).Width) + Margin + Margin / 2;
        var words = Words(set).Max(w => SizeOf(w, 0.5).Width) + 2 * Margin;
        var side = count * cell;
        return new(cell, names, Title + names, Math.Max(words, names + side + Margin), Title + names + side + Margin, scale);
    }

    private static string[] Words(SetReport set) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{set.Name}: {set.Clips} clips, top-1 by text {set.ByText.Top1.Value * 100:f1} %"),
        "row: true class; column: predicted class; % of the row",
    ];

    private static void Cell(Mat picture, ConfusionLayout layout, SetReport set, int row, int column)
    {
        var clips = set.Classes[row].Clips;
        var share = clips == 0 ? 0 : (double)set.Confusion[row][column] / clips;
        var full = row == column ? Right : Wrong;
        var colour = clips == 0 ? Unseen : Mix(Scalar.White, full, share == 0 ? 0 : 0.12 + 0.88 * share);
        var place = new Rect(layout.Left + column * layout.Cell, layout.Top + row * layout.Cell, layout.Cell, layout.Cell);
        Cv2.Rectangle(picture, place, colour, -1);
        Cv2.Rectangle(picture, place, Grid, 1);
        if (share < 0.005 || layout.Cell < 20)
            return;
        var text = Math.Round(share * 100).ToString(CultureInfo.InvariantCulture);
        var scale = 0.9 * layout.FontScale * layout.Cell / 34;
        var middle = place.Left + layout.Cell / 2 - SizeOf(text, scale).Width / 2;
        Put(picture, text, middle, place.Top + layout.Cell / 2, scale, share > 0.45 ? Scalar.White : Ink);
    }

    private static Scalar Mix(Scalar a, Scalar b, double k) =>
        new(a.Val0 + (b.Val0 - a.Val0) * k, a.Val1 + (b.Val1 - a.Val1) * k, a.Val2 + (b.Val2 - a.Val2) * k);

    private static Size SizeOf(string text, double scale) => Cv2.GetTextSize(text, Font, scale, 1, out _);

    private static void Put(Mat picture, string text, int left, int middle, double scale, Scalar? colour = null) =>
        Cv2.PutText(
            picture, text, new Point(left, middle + SizeOf(text, scale).Height / 2), Font, scale, colour ?? Ink, 1, LineTypes.AntiAlias);

    // Draws a text that reads upwards, centred on a column.
    private static void PutUpwards(Mat picture, string text, int middle, int bottom, double scale)
    {
        var size = SizeOf(text, scale);
        using var horizontal = new Mat(size.Height + Margin, size.Width + 2, MatType.CV_8UC3, Scalar.White);
        Put(horizontal, text, 1, horizontal.Height / 2, scale);
        using var upright = new Mat();
        Cv2.Rotate(horizontal, upright, RotateFlags.Rotate90Counterclockwise);
        // Neighbouring names overlap with their margins, so the darker pixel wins.
        var place = new Rect(Math.Max(0, middle - upright.Width / 2), Math.Max(0, bottom - upright.Height), upright.Width, upright.Height)
            & new Rect(0, 0, picture.Width, picture.Height);
        using var part = picture[place];
        using var fitting = upright[new Rect(0, 0, place.Width, place.Height)];
        Cv2.Min(part, fitting, part);
    }
}
