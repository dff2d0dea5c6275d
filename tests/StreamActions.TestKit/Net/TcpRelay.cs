// A network that can be broken: stands between a client and a server, and does to the bytes what a test says.
using System.Net;
using System.Net.Sockets;

namespace StreamActions.TestKit.Net;

/// <summary>What the relay does.</summary>
public enum RelayMode
{
    /// <summary>Passes everything on.</summary>
    Pass,

    /// <summary>Swallows everything, both ways, and keeps connections open: the other side is gone and has not said so.</summary>
    Swallow,

    /// <summary>What the server sends becomes noise of the same length.</summary>
    Garble,

    /// <summary>A tenth of the server's RTP packets (interleaved in the connection, RFC 2326 §10.12) is lost.</summary>
    LosePackets,
}

/// <summary>Relays connections from a port of its own on 127.0.0.1 to another.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile RelayMode _mode;

    /// <summary>Starts it.</summary>
    /// <param name="target">The port on 127.0.0.1 that it relays to.</param>
    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it does from now on.</summary>
    public RelayMode Mode
    {
        get => _mode;
        set => _mode = value;
    }

    /// <summary>RTP packets that were lost.</summary>
    public long Lost { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(RelayAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections).ConfigureAwait(false);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (client)
        using (TcpClient server = new())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, both.Token).ConfigureAwait(false);
                var (near, far) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(PumpAsync(near, far, fromServer: false, both.Token), PumpAsync(far, near, fromServer: true, both.Token)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Refused there is closed here.
            }
            await both.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool fromServer, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        LossyPackets packets = new();
        try
        {
            while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
            {
                ReadOnlyMemory<byte> passed = buffer.AsMemory(0, read);
                if (Mode == RelayMode.Swallow)
                    continue;
                if (Mode == RelayMode.Garble && fromServer)
                    Random.Shared.NextBytes(buffer.AsSpan(0, read));
                else if (fromServer)
                    passed = packets.Pass(passed.Span, Mode == RelayMode.LosePackets);
                await to.WriteAsync(passed, cancellation).ConfigureAwait(false);
                Lost += packets.TakeLost();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has closed.
        }
        // The other side of a swallowed connection does not hear of its end.
        while (Mode == RelayMode.Swallow && !cancellation.IsCancellationRequested)
            await Task.Delay(50, CancellationToken.None).ConfigureAwait(false);
    }
}
