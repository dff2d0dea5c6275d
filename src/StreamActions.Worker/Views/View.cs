// What an alert watches: a camera's whole picture, or one of its zones.
namespace StreamActions.Worker.Views;

/// <summary>A camera and, unless it is the whole picture, one of its zones.</summary>
internal sealed record View(string Camera, string? Zone)
{
    /// <summary><c>camera</c> or <c>camera/zone</c>.</summary>
    public override string ToString() => Zone is null ? Camera : $"{Camera}/{Zone}";
}
