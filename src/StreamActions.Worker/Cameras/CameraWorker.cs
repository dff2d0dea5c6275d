// One camera: its connection delivers frames; its frame path checks them and hands them to the views.
using StreamActions.Video;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>Runs one camera until it is stopped or its recording is over.</summary>
internal sealed class CameraWorker
{
    private readonly CameraConnection _connection;
    private readonly FramePath _path;
    private readonly ICameraPictures _pictures;

    /// <summary>Prepares the camera; <see cref="RunAsync"/> opens it.</summary>
    /// <param name="camera">The camera's part of the operator's file.</param>
    /// <param name="deadlines">The longest waits for a frame.</param>
    /// <param name="once">True when a recording that fails is not opened again.</param>
    /// <param name="pictures">Takes the pictures; disposed when the camera ends.</param>
    /// <param name="services">Shared by all cameras.</param>
    public CameraWorker(CameraOptions camera, ReaderDeadlines deadlines, bool once, ICameraPictures pictures, CameraServices services)
    {
        (Options, _pictures) = (camera, pictures);
        Visibility = new(camera.Name, camera.Source.Kind == SourceKind.File, services.Visibility, services.Metrics, services.Time);
        _path = new(camera, Visibility, pictures, services.Metrics, services.Logger);
        ConnectionReport report = new(camera, Visibility, services.Metrics, services.Time, services.Logger);
        _connection = new(camera, deadlines, once, Visibility, report, services);
    }

    /// <summary>The camera's name.</summary>
    public string Name => Options.Name;

    /// <summary>The camera's part of the operator's file.</summary>
    public CameraOptions Options { get; }

    /// <summary>Its clock and blind reasons.</summary>
    public CameraVisibility Visibility { get; }

    /// <summary>The state of its connection.</summary>
    public CameraStatus Status => _connection.Status;

    /// <summary>Pictures that reached the views since the start.</summary>
    public long Pictures => _path.Pictures;

    /// <summary>Runs until cancelled, or until the recording is over.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await _connection.RunAsync(_path.TakeAsync, _pictures.EndAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _pictures.Dispose();
        }
    }
}
